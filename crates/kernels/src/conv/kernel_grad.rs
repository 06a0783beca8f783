//! The kernel's gradient: patchesᵀ × gradient of the output, a product whose inner axis is all results of the batch.

use super::axis::Axis;
use super::patches::Patches;
use crate::gemm::{pack_b, Cut, Edge, Left, Sweep, Tile, KC, LINE};
use crate::pool::PoolGrad;
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Rows of the gradient that one chunk makes; a multiple of every tile's rows.
const ROWS: usize = 96;
/// Work of a chunk for which a sum of its own is worth while.
const CHUNK_FLOPS: usize = 2_000_000;
/// Chunks that are enough for any number of threads.
const CHUNKS: usize = 64;

#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub batch: usize,
    pub groups: usize,
    /// Channels of the input and of the output in a group.
    pub depth: usize,
    pub width: usize,
    pub y: Axis,
    pub x: Axis,
    /// Results that are a block of the inner axis.
    pub block: usize,
}

impl Sizes {
    pub fn results(&self) -> usize {
        self.batch * self.y.count * self.x.count
    }
    /// Rows of the gradient, as a matrix [taps · depth, groups · width].
    pub fn rows(&self) -> usize {
        self.y.taps * self.x.taps * self.depth
    }
    pub fn words(&self) -> usize {
        self.rows() * self.groups * self.width
    }
    /// Chunks of each partial sum.
    pub fn blocks(&self) -> usize {
        self.rows().div_ceil(ROWS)
    }
    fn flops(&self) -> u64 {
        2 * self.words() as u64 * self.results() as u64
    }

    /// Results per partial sum: cut by sizes alone, in whole blocks of the inner axis.
    fn part(&self) -> usize {
        let work = (self.flops() / (self.blocks().max(1) * CHUNK_FLOPS) as u64) as usize;
        let parts = work.min(CHUNKS / self.blocks().max(1)).max(1);
        self.results().div_ceil(parts).max(1).next_multiple_of(self.block)
    }
    /// Partial sums.
    pub fn parts(&self) -> usize {
        self.results().div_ceil(self.part()).max(1)
    }
}

/// The gradient of the output.
pub enum Upstream {
    There(Span),
    /// Made a block at a time from that of its pooling.
    Pooled(Box<PoolGrad>),
}

impl Upstream {
    /// Words that are read.
    fn words(&self) -> usize {
        match self {
            Upstream::There(dy) => dy.len,
            Upstream::Pooled(pool) => pool.input.len + pool.dy.len,
        }
    }
    /// Results that can be made by themselves.
    pub(super) fn unit(&self) -> usize {
        match self {
            Upstream::There(_) => 1,
            Upstream::Pooled(pool) => pool.windows.unit().cells,
        }
    }
    /// Results `from..to`, channels side by side, and the number of the first that is there.
    fn results<'a>(&self, context: &'a StepContext, from: usize, to: usize, room: &'a mut [f32]) -> (&'a [f32], usize) {
        match self {
            // SAFETY: an input of this record.
            Upstream::There(dy) => (unsafe { context.read(*dy) }, 0),
            Upstream::Pooled(pool) => {
                pool.make(context, from / self.unit()..to / self.unit(), room);
                (room, from)
            }
        }
    }
}

/// A chunk is a block of rows of one partial sum.
pub(super) struct KernelGrad {
    pub sizes: Sizes,
    pub tile: Tile,
    pub x: Span,
    pub dy: Upstream,
    /// `sizes.parts()` partial sums, one after the other.
    pub out: Span,
}

impl KernelGrad {
    /// Words from one patch to the next: an odd number of lines of the cache, which fall on all of its sets.
    fn apart(&self) -> usize {
        (self.sizes.rows().min(ROWS).div_ceil(LINE) | 1) * LINE
    }
    /// Room for results that are made here.
    fn room(&self) -> usize {
        match &self.dy {
            Upstream::There(_) => 0,
            Upstream::Pooled(_) => self.sizes.block * self.sizes.groups * self.sizes.width,
        }
    }
}

impl Kernel for KernelGrad {
    fn name(&self) -> &'static str {
        "conv_kernel_grad"
    }
    fn chunks(&self) -> usize {
        self.sizes.parts() * self.sizes.blocks()
    }
    fn scratch(&self) -> usize {
        self.apart() * KC + self.room() + Sweep::room(self.tile, KC) + Edge::words(self.tile, KC)
    }
    fn flops(&self) -> u64 {
        self.sizes.flops()
    }
    fn bytes(&self) -> u64 {
        4 * (self.x.len + self.dy.words() + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let Sizes { groups, depth, width, y, x, .. } = &self.sizes;
        let filters = groups * width;
        let (part, block) = (chunk / self.sizes.blocks(), chunk % self.sizes.blocks());
        let row = block * ROWS;
        let rows = ROWS.min(self.sizes.rows() - row);
        let from = part * self.sizes.words() + row * filters;
        // SAFETY: inputs of this record, and rows that belong to this chunk.
        let (source, out) = unsafe { (context.read(self.x), context.write(self.out, from, from + rows * filters)) };
        let first = part * self.sizes.part();
        let last = (first + self.sizes.part()).min(self.sizes.results());
        if first == last {
            out.fill(0.0);
        }
        let (matrix, scratch) = scratch.split_at_mut(self.apart() * KC);
        let (room, scratch) = scratch.split_at_mut(self.room());
        let (panels, scratch) = scratch.split_at_mut(Sweep::room(self.tile, KC));
        let edge = &mut Edge::of(scratch);
        let columns = self.tile.columns;
        for group in 0..*groups {
            let patches = Patches { source, y, x, channels: groups * depth, first: group * depth, depth: *depth };
            for p0 in (first..last).step_by(self.sizes.block) {
                let k = self.sizes.block.min(last - p0);
                let (dy, there) = self.dy.results(context, p0, p0 + k, room);
                patches.write(p0, k, row..row + rows, self.apart(), matrix);
                let pack = |j: usize, out: &mut [f32]| {
                    pack_b(dy, filters, false, p0 - there, k, group * width + j, columns.min(width - j), columns, out)
                };
                let cut = Cut::evenly(rows, self.tile);
                let a = Left::lying(matrix, &cut, k, 1, self.apart(), edge);
                let sweep = Sweep { cut, n: *width, k, ldc: filters, accumulate: p0 > first };
                sweep.run_packing(a, pack, panels, &mut out[group * width..], edge);
            }
        }
    }
}
