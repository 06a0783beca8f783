//! Products of deep operands with few results, as the gradients of weights over long sequences are: chunks are parts of k, each
//! with sums of its own, so that both operands are read once and nothing is packed beforehand; then the sums are added in order.

use super::tile::Tile;
use super::{pack_b, Cut, Edge, Left, Shape, Sweep, KC};
use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Parts of k, at most: enough for many threads, few enough that their sums are little beside the operands.
const PARTS: usize = 16;
/// Results per chunk of the sum.
const SUMMED: usize = 4 * 1024;

/// Steps of k in a part: all of them as alike as can be.
pub(super) fn depth(shape: &Shape) -> usize {
    shape.k.div_ceil(shape.k.div_ceil(KC).next_multiple_of(4).min(PARTS))
}

/// How many parts there are.
pub(super) fn parts(shape: &Shape) -> usize {
    shape.k.div_ceil(depth(shape))
}

/// Whether the sums of all parts are at most half of what is read to make them.
pub(super) fn pays(shape: &Shape) -> bool {
    let Shape { m, n, k, .. } = *shape;
    2 * parts(shape) * m * n <= k * (m + n)
}

/// The sums of each part, with A transposed and B as it is.
pub(super) struct ByDepth {
    pub shape: Shape,
    pub tile: Tile,
    pub a: Span,
    pub b: Span,
    /// [parts, m, n]
    pub out: Span,
}

impl ByDepth {
    fn packed_a_words(&self) -> usize {
        Cut::evenly(self.shape.m, self.tile).padded() * KC
    }
}

impl Kernel for ByDepth {
    fn name(&self) -> &'static str {
        "gemm"
    }
    fn chunks(&self) -> usize {
        parts(&self.shape)
    }
    fn scratch(&self) -> usize {
        self.packed_a_words() + Sweep::room(self.tile, KC) + Edge::words(self.tile, 0)
    }
    fn flops(&self) -> u64 {
        self.shape.flops()
    }
    fn bytes(&self) -> u64 {
        4 * (self.a.len + self.b.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let Shape { m, n, k, .. } = self.shape;
        let (cut, nr) = (Cut::evenly(m, self.tile), self.tile.columns);
        let (packed, scratch) = scratch.split_at_mut(self.packed_a_words());
        let (room, scratch) = scratch.split_at_mut(Sweep::room(self.tile, KC));
        // SAFETY: both are inputs of this record.
        let (a, b) = unsafe { (context.read(self.a), context.read(self.b)) };
        // SAFETY: each part belongs to one chunk.
        let out = unsafe { context.write(self.out, chunk * m * n, (chunk + 1) * m * n) };
        let from = chunk * depth(&self.shape);
        let to = k.min(from + depth(&self.shape));
        let block = (to - from).div_ceil((to - from).div_ceil(KC));
        for k0 in (from..to).step_by(block) {
            let kc = block.min(to - k0);
            self.shape.pack_a(a, &cut, 0, k0, kc, packed);
            let sweep = Sweep { cut, n, k: kc, ldc: n, accumulate: k0 > from };
            let pack = |j: usize, panel: &mut [f32]| pack_b(b, n, false, k0, kc, j, nr.min(n - j), nr, panel);
            sweep.run_packing(Left::packed(packed, &cut, kc), pack, room, out, &mut Edge::of(scratch));
        }
    }
}

/// The sums of all parts, one after the other.
pub(super) struct Total {
    pub parts: Span,
    pub out: Span,
    pub epilogue: Option<Fused>,
}

impl Kernel for Total {
    fn name(&self) -> &'static str {
        "gemm_total"
    }
    fn chunks(&self) -> usize {
        self.out.len.div_ceil(SUMMED)
    }
    fn scratch(&self) -> usize {
        self.epilogue.as_ref().map_or(0, |e| e.scratch())
    }
    fn flops(&self) -> u64 {
        self.parts.len as u64 + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.parts.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let (from, to) = (chunk * SUMMED, ((chunk + 1) * SUMMED).min(self.out.len));
        // SAFETY: an input of this record.
        let parts = unsafe { context.read(self.parts) };
        // SAFETY: these results belong to this chunk.
        let out = unsafe { context.write(self.out, from, to) };
        out.copy_from_slice(&parts[from..to]);
        for part in parts.chunks_exact(self.out.len).skip(1) {
            out.iter_mut().zip(&part[from..to]).for_each(|(sum, value)| *sum += value);
        }
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_range(context, from, to, scratch);
        }
    }
}
