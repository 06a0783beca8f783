//! The gradient of a pooling: to the first largest cell of each window, or shared among the window's cells.

use super::forward::beats;
use super::{Kind, Windows, BLOCK, WIDE};
use crate::channels::{load, store};
use crate::conv::View;
use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::{F32x4, LANES};

/// Chunks that are enough for any number of threads.
const CHUNKS: usize = 64;
/// Cells of a chunk of lines, roughly: they stay in cache for the epilogue.
const CHUNK: usize = 16 * 1024;

/// Where every cell lies under one window, a chunk is a few lines of windows; else windows overlap, and a chunk is a block
/// of channels of one image.
pub struct PoolGrad {
    pub kind: Kind,
    pub windows: Windows,
    /// The pooled image (only the largest cells are looked for).
    pub input: Span,
    pub dy: Span,
    pub out: Span,
    /// Runs on finished cells, where a chunk holds all of their channels.
    pub epilogue: Option<Fused>,
}

/// The records of a pooling's gradient, with `epilogue` on what is finished.
pub fn lower(mut record: PoolGrad, push: &mut dyn FnMut(Box<dyn Kernel>)) {
    let whole = record.windows.tile() || record.blocks() == 1;
    let after = if whole { None } else { record.epilogue.take() };
    push(Box::new(record));
    if let Some(epilogue) = after {
        push(Box::new(epilogue));
    }
}

impl PoolGrad {
    fn width(&self) -> usize {
        if self.windows.batch >= CHUNKS || self.windows.tile() {
            self.windows.channels
        } else {
            self.windows.channels.min(BLOCK)
        }
    }
    fn blocks(&self) -> usize {
        self.windows.channels.div_ceil(self.width())
    }

    /// Lines of windows, and how many of them are a chunk where they don't overlap.
    fn lines(&self) -> usize {
        self.windows.batch * self.windows.y.count
    }
    fn chunk_lines(&self) -> usize {
        let Windows { channels, y, x, .. } = &self.windows;
        (CHUNK / (y.taps * x.source * channels).max(1)).max(1)
    }

    /// The gradient that arrives at channels `at..at + len` of one result, `V` vectors of them.
    #[inline(always)]
    fn block<const V: usize>(&self, context: &StepContext, view: &View, dy: &[f32], at: usize, len: usize, add: bool) {
        let len = if V == 1 { len } else { BLOCK };
        let mut shares: [F32x4; V] = std::array::from_fn(|v| load(&dy[v * LANES..len]));
        let mut winners = [F32x4::splat(0.0); V];
        if self.kind == Kind::Mean {
            let divisor = F32x4::splat(view.count() as f32);
            shares = shares.map(|dy| dy / divisor);
        } else {
            winners = self.first_largest::<V>(context, view, at, len);
        }
        let (kind, zero, channels) = (self.kind, F32x4::splat(0.0), self.windows.channels);
        view.each(|tap, cell| {
            let place = cell * channels + at;
            // SAFETY: these channels of this image belong to this chunk, and no other slice of them lives.
            let out = unsafe { context.write(self.out, place, place + len) };
            for v in 0..V {
                let here = winners[v].equal(F32x4::splat(tap as f32));
                let value = if kind == Kind::Mean { shares[v] } else { here.select(shares[v], zero) };
                let last = len.min(v * LANES + LANES);
                let out = &mut out[v * LANES..last];
                store(if add { load(out) + value } else { value }, out);
            }
        });
    }

    /// Of each lane, the tap over its first largest cell.
    #[inline(always)]
    fn first_largest<const V: usize>(&self, context: &StepContext, view: &View, at: usize, len: usize) -> [F32x4; V] {
        // SAFETY: an input of this record.
        let input = unsafe { context.read(self.input) };
        let channels = self.windows.channels;
        let mut winners = [F32x4::splat(view.first_tap() as f32); V];
        let mut best = [F32x4::splat(f32::NEG_INFINITY); V];
        view.each(|tap, cell| {
            let values = &input[cell * channels + at..][..len];
            for v in 0..V {
                let value = load(&values[v * LANES..]);
                let wins = beats(best[v], value);
                winners[v] = wins.select(F32x4::splat(tap as f32), winners[v]);
                best[v] = wins.select(value, best[v]);
            }
        });
        winners
    }

    /// Zeros in channels `from..to` of all cells of an image.
    fn clear(&self, context: &StepContext, image: usize, from: usize, to: usize) {
        let Windows { channels, y, x, .. } = &self.windows;
        let cells = y.source * x.source;
        // All channels are one piece.
        let (count, size) = if to - from == *channels { (1, cells * channels) } else { (cells, *channels) };
        for piece in 0..count {
            let start = image * cells * channels + piece * size + from;
            let end = if count == 1 { start + size } else { start + to - from };
            // SAFETY: these channels of this image belong to this chunk.
            unsafe { context.write(self.out, start, end) }.fill(0.0);
        }
    }
}

impl Kernel for PoolGrad {
    fn name(&self) -> &'static str {
        "pool_grad"
    }
    fn chunks(&self) -> usize {
        if self.windows.tile() {
            self.lines().div_ceil(self.chunk_lines())
        } else {
            self.windows.batch * self.blocks()
        }
    }
    fn scratch(&self) -> usize {
        self.epilogue.as_ref().map_or(0, |e| e.scratch())
    }
    fn flops(&self) -> u64 {
        2 * self.windows.flops() + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.input.len + self.dy.len + 2 * self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let Windows { channels, y, x, .. } = &self.windows;
        let (lines, from, to, cells);
        // Where every cell lies under one window, what the window gives is all there is.
        let tile = self.windows.tile();
        if tile {
            let first = chunk * self.chunk_lines();
            lines = first..(first + self.chunk_lines()).min(self.lines());
            (from, to) = (0, *channels);
            let line = y.taps * x.source * channels;
            cells = lines.start * line..lines.end * line;
        } else {
            let (image, block) = (chunk / self.blocks(), chunk % self.blocks());
            lines = image * y.count..(image + 1) * y.count;
            from = block * self.width();
            to = (from + self.width()).min(*channels);
            let image_words = y.source * x.source * channels;
            cells = image * image_words..(image + 1) * image_words;
            self.clear(context, image, from, to);
        }
        // SAFETY: an input of this record.
        let dy = unsafe { context.read(self.dy) };
        let wide = from + (to - from) / BLOCK * BLOCK;
        for line in lines {
            for column in 0..x.count {
                let view = self.windows.view([line / y.count, line % y.count, column]);
                let dy = &dy[(line * x.count + column) * channels..][..*channels];
                for at in (from..wide).step_by(BLOCK) {
                    self.block::<WIDE>(context, &view, &dy[at..], at, BLOCK, !tile);
                }
                for at in (wide..to).step_by(LANES) {
                    self.block::<1>(context, &view, &dy[at..], at, LANES.min(to - at), !tile);
                }
            }
        }
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_range(context, cells.start, cells.end, scratch);
        }
    }
}
