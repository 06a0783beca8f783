//! Products of a few rows with weights that are packed once for a whole walk.

use crate::gemm::{pack_b, preferred, widest, Panel, Tile, LARGEST, TILES};
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Weights [k × n], or [n × k] transposed.
#[derive(Clone, Copy)]
pub(super) struct Weights {
    pub k: usize,
    pub n: usize,
    pub transposed: bool,
}

impl Weights {
    /// Room for the panels of any tile.
    pub fn words(&self) -> usize {
        self.n.next_multiple_of(widest().max(1)) * self.k
    }
    pub fn packing(self, weights: Span, out: Span) -> PackWeights {
        PackWeights { shape: self, columns: preferred().columns, weights, out }
    }
    pub fn packed(self, at: Span) -> Packed {
        Packed { shape: self, tile: preferred(), at }
    }
}

/// Packs the weights into panels of columns.
pub(super) struct PackWeights {
    shape: Weights,
    columns: usize,
    weights: Span,
    out: Span,
}

impl Kernel for PackWeights {
    fn name(&self) -> &'static str {
        "pack_weights"
    }
    fn chunks(&self) -> usize {
        self.shape.n.div_ceil(self.columns)
    }
    fn flops(&self) -> u64 {
        (self.shape.n * self.shape.k) as u64
    }
    fn bytes(&self) -> u64 {
        8 * self.flops()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Weights { k, n, transposed } = self.shape;
        let columns = self.columns;
        let column = chunk * columns;
        // SAFETY: an input of this record.
        let weights = unsafe { context.read(self.weights) };
        // SAFETY: a panel belongs to one chunk.
        let out = unsafe { context.write(self.out, column * k, (column + columns) * k) };
        let ld = if transposed { k } else { n };
        pack_b(weights, ld, transposed, 0, k, column, columns.min(n - column), columns, out);
    }
}

/// Weights in panels.
pub(super) struct Packed {
    shape: Weights,
    tile: Tile,
    at: Span,
}

impl Packed {
    /// Words of scratch of [`Packed::multiply`] for so many rows.
    pub fn scratch(&self, rows: usize) -> usize {
        (rows + 2 * self.tile.rows) * self.shape.k + LARGEST
    }

    /// The tile of fewest rows that takes the same panels.
    fn small(&self) -> Tile {
        let same = TILES.into_iter().filter(|t| t.columns == self.tile.columns);
        same.min_by_key(|t| t.rows).unwrap_or(self.tile)
    }

    /// How many times the large tile, before the small one: the fewest rows over the edge, then the most large tiles.
    fn large_tiles(&self, rows: usize) -> usize {
        let (large, small) = (self.tile.rows, self.small().rows);
        let padded = |n: usize| n * large + (rows - n * large).next_multiple_of(small);
        (0..=rows / large).rev().min_by_key(|&n| padded(n)).unwrap_or(0)
    }

    /// out[rows × n] = a[rows × k] · weights, rows of `a` and of `out` so many words apart.
    pub fn multiply(
        &self,
        context: &StepContext,
        rows: usize,
        (a, lda): (&[f32], usize),
        (out, ldc): (&mut [f32], usize),
        scratch: &mut [f32],
    ) {
        let Weights { k, n, .. } = self.shape;
        let columns = self.tile.columns;
        let (edge, panels) = scratch.split_at_mut(LARGEST);
        let large = self.large_tiles(rows);
        let blocks = || {
            let tiles = std::iter::repeat_n(self.tile, large).chain(std::iter::repeat(self.small()));
            tiles.scan(0, |row, tile| {
                let from = *row;
                *row += tile.rows;
                (from < rows).then(|| (from, tile, tile.rows.min(rows - from)))
            })
        };
        for (row, tile, height) in blocks() {
            crate::gemm::interleave(&a[row * lda..], lda, height, k, tile.rows, &mut panels[row * k..]);
        }
        // SAFETY: the packed weights are an input of this record.
        let weights = unsafe { context.read(self.at) };
        for j in (0..n).step_by(columns) {
            let b = &weights[j * k..][..columns * k];
            let b = Panel { at: b.as_ptr(), step: columns };
            let width = columns.min(n - j);
            for (row, tile, height) in blocks() {
                let a = &panels[row * k..][..tile.rows * k];
                let a = Panel { at: a.as_ptr(), step: tile.rows };
                if height == tile.rows && width == columns {
                    let c = &mut out[row * ldc + j..][..(height - 1) * ldc + columns];
                    // SAFETY: both panels hold k steps, C is a whole tile: all three slices were just cut to size.
                    unsafe { (tile.run)(k, a, b, c.as_mut_ptr(), ldc, false) };
                    continue;
                }
                // SAFETY: as above; the edge buffer has room for the largest tile.
                unsafe { (tile.run)(k, a, b, edge.as_mut_ptr(), columns, false) };
                for r in 0..height {
                    out[(row + r) * ldc + j..][..width].copy_from_slice(&edge[r * columns..][..width]);
                }
            }
        }
    }
}
