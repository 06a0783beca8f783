//! Products so small that cutting them into panels would take longer than they do.

use super::Shape;
use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::{F32x4, LANES};

pub(super) struct Tiny {
    pub shape: Shape,
    pub a: Span,
    pub b: Span,
    pub out: Span,
    pub epilogue: Option<Fused>,
}

/// An operand as the product walks along it: `step` words from one step of k to the next, `apart` from one of its rows of
/// op(A), or columns of op(B), to the next.
#[derive(Clone, Copy)]
struct Walk<'a> {
    values: &'a [f32],
    step: usize,
    apart: usize,
}

impl Walk<'_> {
    /// From its row, or column, i on.
    #[inline(always)]
    fn from(self, i: usize) -> Self {
        Walk { values: &self.values[i * self.apart..], ..self }
    }
}

/// Σ each · four over k steps, four being what `lanes` takes from the values at a step.
#[inline(always)]
fn sums(k: usize, each: Walk, four: Walk, lanes: impl Fn(&[f32]) -> F32x4) -> F32x4 {
    (0..k).fold(F32x4::splat(0.0), |sum, p| {
        F32x4::splat(each.values[p * each.step]).madd(lanes(&four.values[p * four.step..]), sum)
    })
}

impl Tiny {
    /// out[m × n] = op(a) · op(b), four columns at once, or four rows where there are hardly any columns.
    fn multiply(&self, a: &[f32], b: &[f32], out: &mut [f32]) {
        let Shape { m, n, k, transpose_a, transpose_b, .. } = self.shape;
        let (step, apart) = if transpose_a { (m, 1) } else { (1, k) };
        let a = Walk { values: a, step, apart };
        let (step, apart) = if transpose_b { (1, k) } else { (n, 1) };
        let b = Walk { values: b, step, apart };
        let by_rows = n < LANES && n < m;
        let ((each, lines, below), (four, across, beside)) =
            if by_rows { ((b, n, 1), (a, m, n)) } else { ((a, m, n), (b, n, 1)) };
        let apart = four.apart;
        for i in 0..lines {
            for j in (0..across).step_by(LANES) {
                let (each, four, width) = (each.from(i), four.from(j), LANES.min(across - j));
                let sums = match (width, apart) {
                    (LANES, 1) => sums(k, each, four, F32x4::from_slice),
                    (LANES, _) => sums(k, each, four, |x| F32x4::from_array(std::array::from_fn(|l| x[l * apart]))),
                    _ => sums(k, each, four, |x| {
                        F32x4::from_array(std::array::from_fn(|l| if l < width { x[l * apart] } else { 0.0 }))
                    }),
                };
                let at = i * below + j * beside;
                if (width, beside) == (LANES, 1) {
                    sums.to_slice(&mut out[at..]);
                } else {
                    (0..width).zip(sums.to_array()).for_each(|(lane, sum)| out[at + lane * beside] = sum);
                }
            }
        }
    }
}

impl Kernel for Tiny {
    fn name(&self) -> &'static str {
        "gemm"
    }
    fn chunks(&self) -> usize {
        1
    }
    fn scratch(&self) -> usize {
        self.epilogue.as_ref().map_or(0, |e| e.scratch())
    }
    fn flops(&self) -> u64 {
        self.shape.flops() + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.a.len + self.b.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, _chunk: usize, scratch: &mut [f32]) {
        let Shape { m, n, stride_a, stride_b, .. } = self.shape;
        // SAFETY: both are inputs of this record.
        let (a, b) = unsafe { (context.read(self.a), context.read(self.b)) };
        // SAFETY: the only chunk.
        let out = unsafe { context.write(self.out, 0, self.out.len) };
        for (matrix, out) in out.chunks_exact_mut(m * n).enumerate() {
            self.multiply(&a[matrix * stride_a..], &b[matrix * stride_b..], out);
        }
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_range(context, 0, self.out.len, scratch);
        }
    }
}
