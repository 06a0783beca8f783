//! Pooling.

use super::{Kind, Windows};
use crate::channels::{load, store};
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::{F32x4, LANES};

/// Cells looked at per chunk, roughly.
const CHUNK: usize = 32 * 1024;

/// A chunk is a block of lines of the result.
pub struct Pool {
    pub kind: Kind,
    pub windows: Windows,
    pub input: Span,
    pub out: Span,
}

impl Pool {
    fn lines(&self) -> usize {
        self.windows.batch * self.windows.y.count
    }
    fn chunk_lines(&self) -> usize {
        let w = &self.windows;
        (CHUNK / (w.x.count * w.channels * w.y.taps * w.x.taps).max(1)).max(1)
    }

    /// One result. The first cell begins the maximum or the sum, so no number stands for "nothing yet".
    fn pixel(&self, input: &[f32], image: usize, y: usize, x: usize, out: &mut [f32]) {
        let divisor = F32x4::splat(self.windows.count(y, x) as f32);
        for (block, out) in out.chunks_mut(LANES).enumerate() {
            let (at, len) = (block * LANES, out.len());
            let mut cells = self.windows.cells(image, y, x).map(|(_, cell)| load(&input[cell + at..][..len]));
            let Some(first) = cells.next() else { continue };
            let result = match self.kind {
                Kind::Max => cells.fold(first, larger),
                Kind::Mean => cells.fold(first, |sum, value| sum + value) / divisor,
            };
            store(result, out);
        }
    }
}

/// The larger of each lane; NaN if one of them is, the first of equals.
#[inline(always)]
pub(super) fn larger(best: F32x4, value: F32x4) -> F32x4 {
    beats(best, value).select(value, best)
}

/// Lanes where a later value takes the place of the largest so far: it is larger, or the first NaN.
#[inline(always)]
pub(super) fn beats(best: F32x4, value: F32x4) -> simd::I32x4 {
    // Not (value <= best), so that a NaN wins; but nothing wins over a NaN.
    value.less_equal(best).not().and(best.equal(best))
}

impl Kernel for Pool {
    fn name(&self) -> &'static str {
        "pool"
    }
    fn chunks(&self) -> usize {
        self.lines().div_ceil(self.chunk_lines())
    }
    fn flops(&self) -> u64 {
        self.windows.flops()
    }
    fn bytes(&self) -> u64 {
        4 * (self.input.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Windows { channels, y, x, .. } = &self.windows;
        let line = x.count * channels;
        let from = chunk * self.chunk_lines();
        let to = (from + self.chunk_lines()).min(self.lines());
        // SAFETY: an input of this record, and lines that belong to this chunk.
        let (input, out) = unsafe { (context.read(self.input), context.write(self.out, from * line, to * line)) };
        for (pixel, out) in out.chunks_exact_mut(*channels).enumerate() {
            let row = from + pixel / x.count;
            self.pixel(input, row / y.count, row % y.count, pixel % x.count, out);
        }
    }
}
