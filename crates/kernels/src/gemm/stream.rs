//! A few rows times a matrix too large for L2, which is read once, in as few long stretches as pays.

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
        // Rows far apart: each is one stretch with those before and behind it, which memory hands out fastest.
        let apart = (to - from) / TOGETHER;
        let row = |p: usize| &b[p * n..(p + 1) * n];
        for p in from..from + apart {
            let together: [usize; TOGETHER] = std::array::from_fn(|i| p + i * apart);
            for (i, sums) in out.chunks_exact_mut(n).enumerate() {
                add(together.map(|p| a[self.shape.place_in_a(i, p)]), together.map(row), sums);
            }
        }
        for p in from + TOGETHER * apart..to {
            for (i, sums) in out.chunks_exact_mut(n).enumerate() {
                add([a[self.shape.place_in_a(i, p)]], [row(p)], sums);
            }
        }
    }
}

/// sums += Σ x[i] · row i.
#[inline(always)]
fn add<const R: usize>(x: [f32; R], rows: [&[f32]; R], sums: &mut [f32]) {
    let (width, out) = (sums.len(), sums.as_mut_ptr());
    let x = x.map(F32x8::splat);
    let rows: [*const f32; R] = rows.map(|row| row[..width].as_ptr());
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
