//! Products so small that cutting them into panels would take longer than they do.

use super::Shape;
use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::F32x4;

pub(super) struct Tiny {
    pub shape: Shape,
    pub a: Span,
    pub b: Span,
    pub out: Span,
    pub epilogue: Option<Fused>,
}

/// Four values of a row that lie `apart` words from each other; zeros beyond its end.
#[inline(always)]
fn four(row: &[f32], apart: usize, width: usize) -> F32x4 {
    if apart == 1 && width >= 4 {
        return F32x4::from_slice(row);
    }
    F32x4::from_array(std::array::from_fn(|lane| if lane < width { row[lane * apart] } else { 0.0 }))
}

impl Tiny {
    /// out[m × n] = op(a) · op(b)
    fn multiply(&self, a: &[f32], b: &[f32], out: &mut [f32]) {
        let Shape { m, n, k, transpose_a, transpose_b, .. } = self.shape;
        let (down, right) = if transpose_a { (1, m) } else { (k, 1) };
        let (below, beside) = if transpose_b { (1, k) } else { (n, 1) };
        for (i, line) in out.chunks_exact_mut(n).enumerate() {
            for (j, four_out) in (0..n).step_by(4).zip(line.chunks_mut(4)) {
                let mut sum = F32x4::splat(0.0);
                for p in 0..k {
                    let b = four(&b[p * below + j * beside..], beside, four_out.len());
                    sum = F32x4::splat(a[i * down + p * right]).madd(b, sum);
                }
                if four_out.len() == 4 {
                    sum.to_slice(four_out);
                } else {
                    four_out.iter_mut().zip(sum.to_array()).for_each(|(o, lane)| *o = lane);
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
