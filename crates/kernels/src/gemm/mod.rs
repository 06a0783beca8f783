//! Matrix products: out = op(A) · op(B), in batches, with an elementwise epilogue on rows that are still in cache.

mod columns;
mod depth;
mod pack;
mod rows;
mod stream;
mod sweep;
mod tile;
mod tiny;

pub(crate) use pack::{copy, interleave, pack_b};
pub(crate) use sweep::Sweep;
pub use tile::TILES;
pub(crate) use tile::{Panel, Panels, Tile, LARGEST};

use crate::fused::Fused;
use crate::record::Kernel;
use columns::{ByColumns, PackA};
use depth::{ByDepth, Total};
use parallel::Span;
use rows::{ByRows, PackB};
use std::sync::atomic::{AtomicUsize, Ordering};
use stream::{Dots, Stream};
use tile::THIN;
use tiny::Tiny;

/// Block of k whose panels stay in L1 (B: 8 columns × 256 × 4 B = 8 kB) and L2 (A: one chunk's rows).
pub(crate) const KC: usize = 256;
/// Rows up to which B is used too few times for packing to pay.
const FEW_ROWS: usize = 8;
/// Columns from which on a product may be cut into blocks of columns.
const MANY_COLUMNS: usize = 64;
/// Rows of a batch up to which each part of B is used so few times that how it is packed counts.
const SHORT: usize = 256;
/// Words of A that stay in L2 while every block of columns walks along them.
const SMALL_A: usize = 1 << 17;
/// Multiply-adds from which on packing A in a record of its own pays.
const WORTH_PACKING: usize = 1 << 20;

/// Steps of k from which on a product may be cut into parts of k.
const DEEP: usize = 8 * KC;
/// Words of B that stay in L2 while blocks of rows walk along them.
const SMALL_B: usize = 1 << 18;
/// Results whose sums stay in L2.
const FEW_RESULTS: usize = 1 << 17;

/// Multiply-adds of four lanes up to which a product isn't cut into panels.
const TINY: usize = 128;

static PREFERRED: AtomicUsize = AtomicUsize::new(0);

/// Chooses the tile of these sizes, if there is one, for plans compiled from now on. Never changes a bit of any result.
pub fn prefer_tile(rows: usize, columns: usize) {
    if let Some(index) = TILES.iter().position(|tile| (tile.rows, tile.columns) == (rows, columns)) {
        PREFERRED.store(index, Ordering::Relaxed);
    }
}

/// The tile that was chosen.
pub(crate) fn preferred() -> Tile {
    TILES[PREFERRED.load(Ordering::Relaxed)]
}

/// Columns of the widest tile: packed operands have room for any tile, so that the arena doesn't depend on timing.
pub(crate) fn widest() -> usize {
    TILES.iter().map(|t| t.columns).max().unwrap_or(0)
}

/// Sizes and transpositions of a product: out[m × n] = op(a) · op(b), `batch` times, `stride_*` words apart (0: shared).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub batch: usize,
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub transpose_a: bool,
    pub transpose_b: bool,
    pub stride_a: usize,
    pub stride_b: usize,
}

impl Shape {
    pub fn flops(&self) -> u64 {
        2 * (self.batch * self.m) as u64 * (self.n * self.k) as u64
    }

    fn is_tiny(&self) -> bool {
        (1..=TINY).contains(&(self.batch * self.m * self.k * self.n.div_ceil(4)))
    }

    /// Whether B is so large, and used so few times, that how it is read counts.
    fn streams(&self) -> bool {
        let Shape { batch, m, n, k, transpose_a, transpose_b, .. } = *self;
        batch == 1 && (1..=FEW_ROWS).contains(&m) && n * k > SMALL_B && !(transpose_a && transpose_b)
    }

    /// Packing B pays when B is transposed (nothing else reads it in k order) or when many rows use each panel.
    fn packs_b(&self) -> bool {
        self.m > 1 && (self.transpose_b || self.m * self.n * self.k > 1 << 21)
    }

    /// Whether chunks are blocks of columns: then each part of B is read and packed once, by the thread that uses it, and the
    /// products that make, use and change a matrix of weights leave each part of it in one core's cache.
    fn by_columns(&self) -> bool {
        let Shape { batch, m, n, k, transpose_a, .. } = *self;
        if self.streams() {
            return false;
        }
        let short = if transpose_a { k } else { m } <= SHORT;
        batch == 1 && short && m >= 4 && n >= MANY_COLUMNS && m * k <= SMALL_A && m * n * k >= WORTH_PACKING
    }

    /// Where a row of op(A) has its number at a step of k.
    fn place_in_a(&self, row: usize, step: usize) -> usize {
        if self.transpose_a {
            step * self.m + row
        } else {
            row * self.k + step
        }
    }

    /// Whether parts of k have sums of their own, which are added afterwards.
    fn in_parts(&self) -> bool {
        (self.streams() && !self.transpose_b) || self.by_depth()
    }

    /// Whether chunks are parts of k: each other way reads all of B once for every few rows.
    fn by_depth(&self) -> bool {
        let Shape { batch, m, n, k, transpose_a, transpose_b, .. } = *self;
        let plain = batch == 1 && transpose_a && !transpose_b;
        plain && m >= 4 && n >= MANY_COLUMNS && k >= DEEP && n * k > SMALL_B && m * n <= FEW_RESULTS
    }

    fn tile(&self) -> Tile {
        let tile = preferred();
        if self.m < 4 {
            THIN
        } else if self.m.next_multiple_of(tile.rows) * 10 > self.m * 11 {
            // More than a tenth of the work would hang over the edge.
            TILES[0]
        } else {
            tile
        }
    }
}

/// The records of one product: packing of an operand where it pays, then the product.
/// `workspace` has at least [`workspace`] words; `epilogue` runs on finished rows of `out`.
pub fn lower(
    shape: Shape,
    a: Span,
    b: Span,
    out: Span,
    workspace: Span,
    epilogue: Option<Fused>,
    push: &mut dyn FnMut(Box<dyn Kernel>),
) {
    if shape.is_tiny() {
        return push(Box::new(Tiny { shape, a, b, out, epilogue }));
    }
    if shape.streams() && shape.transpose_b {
        push(Box::new(Dots { shape, a, b, out }));
        return epilogue.into_iter().for_each(|chain| push(Box::new(chain)));
    }
    let tile = shape.tile();
    if shape.by_columns() {
        push(Box::new(PackA { shape, tile, a, out: workspace }));
        // Random numbers are keyed by an element's place: such a chain runs on whole rows, behind.
        let (within, behind) = match epilogue {
            Some(chain) if chain.is_random() => (None, Some(chain)),
            chain => (chain, None),
        };
        push(Box::new(ByColumns { shape, tile, packed: workspace, b, out, epilogue: within }));
        return behind.into_iter().for_each(|chain| push(Box::new(chain)));
    }
    if shape.in_parts() {
        let parts = Span { len: depth::parts(&shape) * shape.m * shape.n, ..workspace };
        if shape.streams() {
            push(Box::new(Stream { shape, a, b, out: parts }));
        } else {
            push(Box::new(ByDepth { shape, tile, a, b, out: parts }));
        }
        return push(Box::new(Total { parts, out, epilogue }));
    }
    let packed = if shape.packs_b() {
        push(Box::new(PackB { shape, tile, b, out: workspace }));
        Some(workspace)
    } else {
        None
    };
    push(Box::new(ByRows { shape, tile, a, b, packed, out, epilogue }));
}

/// Words of workspace that [`lower`] needs.
pub fn workspace(shape: &Shape) -> usize {
    if shape.is_tiny() || (shape.streams() && shape.transpose_b) {
        return 0;
    }
    if shape.by_columns() {
        let rows = TILES.iter().map(|t| shape.m.next_multiple_of(t.rows)).max();
        return rows.unwrap_or(0) * shape.k;
    }
    if shape.in_parts() {
        return depth::parts(shape) * shape.m * shape.n;
    }
    if !shape.packs_b() {
        return 0;
    }
    let columns = widest();
    b_matrices(shape) * shape.n.div_ceil(columns) * columns * shape.k
}

/// How many different matrices B has: a shared one is packed once.
fn b_matrices(shape: &Shape) -> usize {
    if shape.stride_b == 0 {
        1
    } else {
        shape.batch
    }
}

#[cfg(test)]
mod tests;
