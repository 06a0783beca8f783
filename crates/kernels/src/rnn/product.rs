//! Products of a few rows with weights that are packed once for a whole walk.

use crate::gemm::{pack_b, preferred, widest, Cut, Edge, Left, Panels, Sweep, Tile};
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Weights [k × blocks · n], or [n × k] transposed.
#[derive(Clone, Copy)]
pub(super) struct Weights {
    pub k: usize,
    pub n: usize,
    /// Parts of the columns that have panels, and results, of their own.
    pub blocks: usize,
    pub transposed: bool,
}

impl Weights {
    /// Room for the panels of any tile.
    pub fn words(&self) -> usize {
        self.blocks * self.n.next_multiple_of(widest().max(1)) * self.k
    }
    /// Of parts below each other (side by side if transposed), each with its part of k.
    pub fn packing(self, parts: Vec<(Span, usize)>, out: Span) -> PackWeights {
        PackWeights { shape: self, columns: preferred().columns, parts, out }
    }
    pub fn packed(self, at: Span) -> Packed {
        Packed { shape: self, tile: preferred(), at }
    }
}

/// Packs the weights into panels of columns.
pub(super) struct PackWeights {
    shape: Weights,
    columns: usize,
    parts: Vec<(Span, usize)>,
    out: Span,
}

impl Kernel for PackWeights {
    fn name(&self) -> &'static str {
        "pack_weights"
    }
    fn chunks(&self) -> usize {
        self.shape.blocks * self.shape.n.div_ceil(self.columns)
    }
    fn flops(&self) -> u64 {
        (self.shape.blocks * self.shape.n * self.shape.k) as u64
    }
    fn bytes(&self) -> u64 {
        8 * self.flops()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Weights { k, n, blocks, transposed } = self.shape;
        let columns = self.columns;
        let panels = n.div_ceil(columns);
        let column = chunk % panels * columns;
        let from = chunk / panels * n + column;
        // SAFETY: a panel belongs to one chunk.
        let mut out = unsafe { context.write(self.out, chunk * columns * k, (chunk + 1) * columns * k) };
        for &(weights, k) in &self.parts {
            // SAFETY: an input of this record.
            let weights = unsafe { context.read(weights) };
            let ld = if transposed { k } else { blocks * n };
            pack_b(weights, ld, transposed, 0, k, from, columns.min(n - column), columns, out);
            out = &mut out[k * columns..];
        }
    }
}

/// Weights in panels.
pub(super) struct Packed {
    shape: Weights,
    tile: Tile,
    at: Span,
}

impl Packed {
    /// Words of scratch of [`Packed::multiply`].
    pub fn scratch(&self) -> usize {
        Edge::words(self.tile, self.shape.k)
    }

    /// out[blocks × rows × n] = a[rows × k] · the first k lines of the weights, rows of `a` so many words apart.
    pub fn multiply(
        &self,
        context: &StepContext,
        rows: usize,
        (a, lda, k): (&[f32], usize, usize),
        out: &mut [f32],
        scratch: &mut [f32],
    ) {
        let Weights { k: all, n, blocks, .. } = self.shape;
        let (cut, columns) = (Cut::evenly(rows, self.tile), self.tile.columns);
        let edge = &mut Edge::of(scratch);
        let left = Left::lying(a, &cut, k, lda, 1, edge);
        // SAFETY: the packed weights are an input of this record.
        let weights = unsafe { context.read(self.at) };
        let block = n.next_multiple_of(columns) * all;
        let sweep = Sweep { cut, n, k, ldc: n, accumulate: false };
        for (i, out) in out.chunks_exact_mut(rows * n).take(blocks).enumerate() {
            let panels = Panels::packed(&weights[i * block..], n, k, columns, all);
            sweep.run(left, panels, out, edge);
        }
    }
}
