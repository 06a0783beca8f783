//! The gradient of a pooling: to the first largest cell of each window, or shared among the window's cells.

use super::forward::beats;
use super::{Kind, Unit, Windows, BLOCK, WIDE};
use crate::channels::{load, store};
use crate::conv::View;
use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::{F32x4, LANES};
use std::ops::Range;

/// Cells of a chunk, roughly: they stay in cache for the epilogue.
const CHUNK: usize = 16 * 1024;

/// A chunk is some units: lines of windows where every cell lies under one window, else images.
pub struct PoolGrad {
    pub kind: Kind,
    pub windows: Windows,
    /// The pooled image (only the largest cells are looked for).
    pub input: Span,
    pub dy: Span,
    pub out: Span,
    /// Runs on finished cells.
    pub epilogue: Option<Fused>,
}

impl PoolGrad {
    fn words(&self) -> usize {
        self.windows.unit().cells * self.windows.channels
    }
    fn chunk_units(&self) -> usize {
        (CHUNK / self.words().max(1)).max(1)
    }

    /// The cells of some units.
    pub(crate) fn make(&self, context: &StepContext, units: Range<usize>, out: &mut [f32]) {
        let Windows { channels, y, x, .. } = &self.windows;
        let Unit { lines, .. } = self.windows.unit();
        // SAFETY: inputs of this record.
        let (input, dy) = unsafe { (context.read(self.input), context.read(self.dy)) };
        let tile = self.windows.tile();
        if !tile {
            out.fill(0.0);
        }
        let mut cells = Cells { pool: self, input, first: units.start * self.words(), out, add: !tile };
        for line in units.start * lines..units.end * lines {
            let (image, row) = (line / y.count, line % y.count);
            for column in 0..x.count {
                let view = self.windows.view([image, row, column]);
                let dy = &dy[(line * x.count + column) * channels..][..*channels];
                let (blocks, rest) = dy.split_at(channels / BLOCK * BLOCK);
                for (i, dy) in blocks.chunks_exact(BLOCK).enumerate() {
                    cells.block::<WIDE>(&view, dy, i * BLOCK);
                }
                for (i, dy) in rest.chunks(LANES).enumerate() {
                    cells.block::<1>(&view, dy, blocks.len() + i * LANES);
                }
            }
        }
    }
}

/// Cells that are being made.
struct Cells<'a> {
    pool: &'a PoolGrad,
    input: &'a [f32],
    out: &'a mut [f32],
    /// The first of them, in words.
    first: usize,
    /// Some lie under several windows.
    add: bool,
}

impl Cells<'_> {
    /// Shares the gradient that arrives at channels `at..at + dy.len()` of one result, `V` vectors of them.
    #[inline(always)]
    fn block<const V: usize>(&mut self, view: &View, dy: &[f32], at: usize) {
        let len = if V == 1 { dy.len() } else { BLOCK };
        let mut shares: [F32x4; V] = std::array::from_fn(|v| load(&dy[v * LANES..len]));
        let mut winners = [F32x4::splat(0.0); V];
        if self.pool.kind == Kind::Mean {
            let divisor = F32x4::splat(view.count() as f32);
            shares = shares.map(|dy| dy / divisor);
        } else {
            winners = self.first_largest::<V>(view, at, len);
        }
        let (kind, zero, channels) = (self.pool.kind, F32x4::splat(0.0), self.pool.windows.channels);
        view.each_of_few(|tap, cell| {
            let out = &mut self.out[cell * channels + at - self.first..][..len];
            let tap = F32x4::splat(tap as f32);
            let value =
                |v: usize| if kind == Kind::Mean { shares[v] } else { winners[v].equal(tap).select(shares[v], zero) };
            for (v, out) in out.chunks_mut(LANES).enumerate() {
                store(if self.add { load(out) + value(v) } else { value(v) }, out);
            }
        });
    }

    /// Of each lane, the tap over its first largest cell.
    #[inline(always)]
    fn first_largest<const V: usize>(&self, view: &View, at: usize, len: usize) -> [F32x4; V] {
        let channels = self.pool.windows.channels;
        let mut winners = [F32x4::splat(view.first_tap() as f32); V];
        let mut best = [F32x4::splat(f32::NEG_INFINITY); V];
        view.each_of_few(|tap, cell| {
            let values = &self.input[cell * channels + at..][..len];
            for v in 0..V {
                let value = load(&values[v * LANES..]);
                let wins = beats(best[v], value);
                winners[v] = wins.select(F32x4::splat(tap as f32), winners[v]);
                best[v] = wins.select(value, best[v]);
            }
        });
        winners
    }
}

impl Kernel for PoolGrad {
    fn name(&self) -> &'static str {
        "pool_grad"
    }
    fn chunks(&self) -> usize {
        self.windows.units().div_ceil(self.chunk_units())
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
        let first = chunk * self.chunk_units();
        let units = first..(first + self.chunk_units()).min(self.windows.units());
        let (from, to) = (units.start * self.words(), units.end * self.words());
        // SAFETY: these cells belong to this chunk.
        self.make(context, units, unsafe { context.write(self.out, from, to) });
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_range(context, from, to, scratch);
        }
    }
}
