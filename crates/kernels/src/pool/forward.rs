//! Pooling.

use super::{Kind, Windows, BLOCK, WIDE};
use crate::channels::{load, store};
use crate::conv::View;
use crate::fused::Fused;
use crate::join::Images;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::{F32x4, LANES};
use std::ops::Range;

/// Cells looked at per chunk, roughly.
const CHUNK: usize = 32 * 1024;

/// A chunk is a block of lines of the result.
pub struct Pool {
    pub kind: Kind,
    pub windows: Windows,
    pub input: Span,
    pub out: Span,
    /// Runs on finished lines.
    pub epilogue: Option<Fused>,
}

impl Pool {
    fn lines(&self) -> usize {
        self.windows.batch * self.windows.y.count
    }
    fn chunk_lines(&self) -> usize {
        let w = &self.windows;
        (CHUNK / (w.x.count * w.channels * w.y.taps * w.x.taps).max(1)).max(1)
    }

    /// One result.
    fn pixel(&self, input: &[f32], view: &View, out: &mut [f32]) {
        let (blocks, rest) = out.split_at_mut(out.len() / BLOCK * BLOCK);
        for (i, block) in blocks.chunks_exact_mut(BLOCK).enumerate() {
            self.block::<WIDE>(input, view, i * BLOCK, block);
        }
        for (i, block) in rest.chunks_mut(LANES).enumerate() {
            self.block::<1>(input, view, blocks.len() + i * LANES, block);
        }
    }

    /// Channels `at..at + out.len()` of one result, `V` vectors of them.
    #[inline(always)]
    fn block<const V: usize>(&self, input: &[f32], view: &View, at: usize, out: &mut [f32]) {
        let len = if V == 1 { out.len() } else { BLOCK };
        let channels = self.windows.channels;
        let start = if self.kind == Kind::Max { f32::NEG_INFINITY } else { 0.0 };
        let mut results = [F32x4::splat(start); V];
        match self.kind {
            Kind::Max => view.each_of_few(|_, cell| {
                let values = &input[cell * channels + at..][..len];
                for (v, best) in results.iter_mut().enumerate() {
                    let value = load(&values[v * LANES..]);
                    *best = beats(*best, value).select(value, *best);
                }
            }),
            Kind::Mean => {
                view.each_of_few(|_, cell| {
                    let values = &input[cell * channels + at..][..len];
                    for (v, sum) in results.iter_mut().enumerate() {
                        *sum = *sum + load(&values[v * LANES..]);
                    }
                });
                let divisor = F32x4::splat(view.count() as f32);
                results = results.map(|sum| sum / divisor);
            }
        }
        for (result, out) in results.into_iter().zip(out.chunks_mut(LANES)) {
            store(result, out);
        }
    }
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
    fn scratch(&self) -> usize {
        self.epilogue.as_ref().map_or(0, |e| e.scratch())
    }
    fn flops(&self) -> u64 {
        self.windows.flops() + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.input.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let from = chunk * self.chunk_lines();
        self.run_lines(context, from..(from + self.chunk_lines()).min(self.lines()), scratch);
    }
    fn images(&self) -> Option<Images> {
        Some(Images::new(self.windows.batch, self.input, &[], self.out, self.epilogue.as_ref()))
    }
    fn run_images(&self, context: &StepContext, images: Range<usize>, scratch: &mut [f32]) {
        let lines = self.windows.y.count;
        self.run_lines(context, images.start * lines..images.end * lines, scratch);
    }
}

impl Pool {
    /// Some lines of all images.
    #[inline(never)]
    fn run_lines(&self, context: &StepContext, lines: Range<usize>, scratch: &mut [f32]) {
        let Windows { channels, y, x, .. } = &self.windows;
        let line = x.count * channels;
        let (from, to) = (lines.start, lines.end);
        // SAFETY: an input of this record, and lines that belong to this chunk.
        let (input, out) = unsafe { (context.read(self.input), context.write(self.out, from * line, to * line)) };
        for (row, out) in (from..to).zip(out.chunks_exact_mut(line.max(1))) {
            let (image, row) = (row / y.count, row % y.count);
            for (column, out) in out.chunks_exact_mut(*channels).enumerate() {
                self.pixel(input, &self.windows.view([image, row, column]), out);
            }
        }
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_range(context, from * line, to * line, scratch);
        }
    }
}
