//! What else follows from a walk back: the gradient of the recurrent products, and that of the weights.

use super::{Cell, Walk};
use crate::gemm;
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Rows per chunk of [`Inner`].
const ROWS: usize = 64;

/// The gradient of the recurrent products of all steps, from that of the projected input: a GRU's reset gate lies between.
pub fn inner_gradient(walk: Walk, keep: Span, dx: Span, out: Span, push: &mut dyn FnMut(Box<dyn Kernel>)) {
    let kept = Span { len: walk.kept_words(), ..keep };
    push(Box::new(Inner { walk, kept, dx, out }));
}

struct Inner {
    walk: Walk,
    kept: Span,
    dx: Span,
    out: Span,
}

impl Inner {
    fn rows(&self) -> usize {
        self.walk.batch * self.walk.steps
    }
}

impl Kernel for Inner {
    fn name(&self) -> &'static str {
        "recurrent_inner_grad"
    }
    fn chunks(&self) -> usize {
        self.rows().div_ceil(ROWS)
    }
    fn flops(&self) -> u64 {
        (self.rows() * self.walk.width()) as u64
    }
    fn bytes(&self) -> u64 {
        4 * (self.rows() * (2 * self.walk.width() + self.walk.units)) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let (width, units, steps) = (self.walk.width(), self.walk.units, self.walk.steps);
        let rows = chunk * ROWS..((chunk + 1) * ROWS).min(self.rows());
        // SAFETY: inputs of this record.
        let (gates, dx) = unsafe { (context.read(self.kept), context.read(self.dx)) };
        // SAFETY: these rows belong to this chunk.
        let out = unsafe { context.write(self.out, rows.start * width, rows.end * width) };
        out.copy_from_slice(&dx[rows.start * width..rows.end * width]);
        if self.walk.cell != Cell::Gru {
            return;
        }
        for (row, line) in rows.zip(out.chunks_exact_mut(width)) {
            // Kept are z, r, q, n: r·dn reaches q. Masked steps have no gradient.
            let (at, apart) = self.walk.kept_at(row / steps, row % steps);
            let reset = &gates[at + apart..][..units];
            for (d, &r) in line[2 * units..].iter_mut().zip(reset).filter(|(d, _)| **d != 0.0) {
                *d *= r;
            }
        }
    }
}

fn product(walk: &Walk) -> gemm::Shape {
    let (m, n, k) = (walk.line(), walk.width(), walk.batch * walk.steps);
    gemm::Shape { batch: 1, m, n, k, transpose_a: true, transpose_b: false, stride_a: 0, stride_b: 0 }
}

impl Walk {
    /// Words of workspace of [`kernel_gradient`].
    pub fn product_workspace(&self) -> usize {
        gemm::workspace(&product(self))
    }
}

/// The gradient of all weights that were multiplied at each step [line, gates · units]: one product over all steps.
pub fn kernel_gradient(
    walk: Walk,
    keep: Span,
    inner: Span,
    out: Span,
    workspace: Span,
    push: &mut dyn FnMut(Box<dyn Kernel>),
) {
    gemm::lower(product(&walk), walk.lines(keep), inner, out, workspace, None, push);
}
