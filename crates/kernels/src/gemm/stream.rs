//! A few rows times a matrix too large for L2, which is read once and in the order in which it lies.

use super::depth::{depth, parts};
use super::Shape;
use crate::record::{Kernel, StepContext};
use crate::reduce::dot;
use parallel::Span;
use simd::F32x8;

/// Rows of B that are added up together, so that the sums are read and written less often; more would fall on the same sets
/// of the cache.
const TOGETHER: usize = 4;
/// Rows of a transposed B per chunk.
const LINES: usize = 64;

/// A · B, with the sums of each part of k.
pub(super) struct Stream {
    pub shape: Shape,
    pub a: Span,
    pub b: Span,
    /// [parts, m, n]
    pub out: Span,
}

impl Kernel for Stream {
    fn name(&self) -> &'static str {
        "gemv"
    }
    fn chunks(&self) -> usize {
        parts(&self.shape)
    }
    fn flops(&self) -> u64 {
        self.shape.flops()
    }
    fn bytes(&self) -> u64 {
        4 * (self.a.len + self.b.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Shape { m, n, k, .. } = self.shape;
        // SAFETY: both are inputs of this record.
        let (a, b) = unsafe { (context.read(self.a), context.read(self.b)) };
        // SAFETY: each part belongs to one chunk.
        let out = unsafe { context.write(self.out, chunk * m * n, (chunk + 1) * m * n) };
        out.fill(0.0);
        let from = chunk * depth(&self.shape);
        let to = k.min(from + depth(&self.shape));
        let whole = from + (to - from) / TOGETHER * TOGETHER;
        let rows = |p: usize, count: usize| &b[p * n..(p + count) * n];
        for p in (from..whole).step_by(TOGETHER) {
            for (i, sums) in out.chunks_exact_mut(n).enumerate() {
                add::<TOGETHER>(
                    std::array::from_fn(|row| a[self.shape.place_in_a(i, p + row)]),
                    rows(p, TOGETHER),
                    sums,
                );
            }
        }
        for p in whole..to {
            for (i, sums) in out.chunks_exact_mut(n).enumerate() {
                add([a[self.shape.place_in_a(i, p)]], rows(p, 1), sums);
            }
        }
    }
}

/// sums += Σ x[i] · row i of b.
#[inline(always)]
fn add<const R: usize>(x: [f32; R], b: &[f32], sums: &mut [f32]) {
    let (width, out) = (sums.len(), sums.as_mut_ptr());
    let x = x.map(F32x8::splat);
    let b = b[..R * width].as_ptr();
    let rows: [*const f32; R] = std::array::from_fn(|i| b.wrapping_add(i * width));
    let whole = width & !7;
    for j in (0..whole).step_by(8) {
        // SAFETY: j + 8 ≤ width, of the sums and of every row.
        unsafe {
            let sum = F32x8::load(out.add(j));
            x.iter().zip(rows).fold(sum, |sum, (x, row)| x.madd(F32x8::load(row.add(j)), sum)).store(out.add(j));
        }
    }
    let rest = width - whole;
    if rest > 0 {
        // SAFETY: so many are left of each.
        unsafe {
            let load = |row: *const f32| F32x8::load_some(row.add(whole), rest);
            x.iter().zip(rows).fold(load(out), |sum, (x, row)| x.madd(load(row), sum)).store_some(out.add(whole), rest);
        }
    }
}

/// A · Bᵀ: each result is a row of A times a row of B. A isn't transposed.
pub(super) struct Dots {
    pub shape: Shape,
    pub a: Span,
    pub b: Span,
    pub out: Span,
}

impl Kernel for Dots {
    fn name(&self) -> &'static str {
        "gemv"
    }
    fn chunks(&self) -> usize {
        self.shape.n.div_ceil(LINES)
    }
    fn flops(&self) -> u64 {
        self.shape.flops()
    }
    fn bytes(&self) -> u64 {
        4 * (self.a.len + self.b.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Shape { n, k, .. } = self.shape;
        // SAFETY: both are inputs of this record.
        let (a, b) = unsafe { (context.read(self.a), context.read(self.b)) };
        for j in chunk * LINES..((chunk + 1) * LINES).min(n) {
            let line = &b[j * k..(j + 1) * k];
            for (i, row) in a.chunks_exact(k).enumerate() {
                // SAFETY: this column of out belongs to this chunk.
                let out = unsafe { context.write(self.out, i * n + j, i * n + j + 1) };
                out[0] = dot(row, 0.0, line);
            }
        }
    }
}
