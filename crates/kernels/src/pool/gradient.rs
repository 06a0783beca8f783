//! The gradient of a pooling: to the first largest cell of each window, or shared among the window's cells.

use super::forward::beats;
use super::{Kind, Windows};
use crate::channels::{load, store};
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::{F32x4, LANES};

/// Channels of a chunk where images alone are too few chunks.
const CHANNELS: usize = 16;
/// Chunks that are enough for any number of threads.
const CHUNKS: usize = 64;

/// A chunk is a block of channels of one image: windows overlap, channels and images never do.
pub struct PoolGrad {
    pub kind: Kind,
    pub windows: Windows,
    /// The pooled image (only the largest cells are looked for).
    pub input: Span,
    pub dy: Span,
    pub out: Span,
}

impl PoolGrad {
    fn width(&self) -> usize {
        if self.windows.batch >= CHUNKS {
            self.windows.channels
        } else {
            self.windows.channels.min(CHANNELS)
        }
    }
    fn blocks(&self) -> usize {
        self.windows.channels.div_ceil(self.width())
    }

    /// Channels `at..at + len` (one vector) of the gradient that arrives at one result.
    fn vector(&self, context: &StepContext, result: [usize; 3], at: usize, len: usize, dy: F32x4) {
        let [image, y, x] = result;
        let windows = &self.windows;
        if self.kind == Kind::Mean {
            let share = dy / F32x4::splat(windows.count(y, x) as f32);
            windows.cells(image, y, x).for_each(|(_, cell)| self.add(context, cell + at, len, share));
            return;
        }
        let winner = self.first_largest(context, result, at, len);
        let zero = F32x4::splat(0.0);
        for (tap, cell) in windows.cells(image, y, x) {
            let here = winner.equal(F32x4::splat(tap as f32));
            if here.any() {
                self.add(context, cell + at, len, here.select(dy, zero));
            }
        }
    }

    /// Of each lane, the index of its first largest cell among the window's.
    fn first_largest(&self, context: &StepContext, [image, y, x]: [usize; 3], at: usize, len: usize) -> F32x4 {
        // SAFETY: an input of this record.
        let input = unsafe { context.read(self.input) };
        let mut cells = self.windows.cells(image, y, x);
        let Some((tap, cell)) = cells.next() else { return F32x4::splat(-1.0) };
        let (mut winner, mut best) = (F32x4::splat(tap as f32), load(&input[cell + at..][..len]));
        for (tap, cell) in cells {
            let value = load(&input[cell + at..][..len]);
            let wins = beats(best, value);
            winner = wins.select(F32x4::splat(tap as f32), winner);
            best = wins.select(value, best);
        }
        winner
    }

    fn add(&self, context: &StepContext, place: usize, len: usize, value: F32x4) {
        // SAFETY: these channels of this image belong to this chunk, and no other slice of them lives.
        let out = unsafe { context.write(self.out, place, place + len) };
        store(load(out) + value, out);
    }
}

impl Kernel for PoolGrad {
    fn name(&self) -> &'static str {
        "pool_grad"
    }
    fn chunks(&self) -> usize {
        self.windows.batch * self.blocks()
    }
    fn flops(&self) -> u64 {
        2 * self.windows.flops()
    }
    fn bytes(&self) -> u64 {
        4 * (self.input.len + self.dy.len + 2 * self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Windows { channels, y, x, .. } = &self.windows;
        let (image, block) = (chunk / self.blocks(), chunk % self.blocks());
        let from = block * self.width();
        let to = (from + self.width()).min(*channels);
        let cells = y.source * x.source;
        for cell in image * cells..(image + 1) * cells {
            // SAFETY: these channels of this image belong to this chunk.
            unsafe { context.write(self.out, cell * channels + from, cell * channels + to) }.fill(0.0);
        }
        // SAFETY: an input of this record.
        let dy = unsafe { context.read(self.dy) };
        for row in 0..y.count {
            for column in 0..x.count {
                let place = ((image * y.count + row) * x.count + column) * channels;
                for at in (from..to).step_by(LANES) {
                    let len = LANES.min(to - at);
                    self.vector(context, [image, row, column], at, len, load(&dy[place + at..][..len]));
                }
            }
        }
    }
}
