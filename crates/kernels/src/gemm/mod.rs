//! Matrix products: out = op(A) · op(B), in batches, with an elementwise epilogue on rows that are still in cache.

mod columns;
mod cut;
mod depth;
mod pack;
mod rows;
mod stream;
mod sweep;
mod tile;
mod tiny;

pub(crate) use cut::Cut;
use cut::Strip;
pub(crate) use pack::{interleave, pack_b};
pub(crate) use sweep::{Edge, Left, Sweep};
pub use tile::TILES;
pub(crate) use tile::{Panels, Tile};

use crate::fused::Fused;
use crate::record::Kernel;
use columns::ByColumns;
use depth::{ByDepth, Total};
use parallel::Span;
use rows::{Blocks, ByRows, PackB};
use std::sync::atomic::{AtomicUsize, Ordering};
use stream::{Dots, Stream};
use tile::{THIN, WIDE};
use tiny::Tiny;

/// Block of k whose panels stay in L1 (B: 8 columns × 256 × 4 B = 8 kB) and L2 (A: one chunk's rows).
pub(crate) const KC: usize = 256;
/// Rows up to which B is used too few times for packing to pay.
const FEW_ROWS: usize = 8;
/// Columns from which on a product may be cut into blocks of columns, and packing A may pay.
const MANY_COLUMNS: usize = 64;
/// Sets of an L1 of 32 kB, and what one of them holds beside the other operands.
const L1_SETS: usize = 64;
const L1_WAYS: usize = 4;
/// Words of a line of the cache.
pub(crate) const LINE: usize = 16;
/// Rows of a batch up to which each part of B is used so few times that how it is packed counts.
const SHORT: usize = 256;
/// Words of A that stay in L2 while every block of columns walks along them.
const SMALL_A: usize = 1 << 17;
/// Multiply-adds from which on packing all of A before pays.
const WORTH_PACKING: usize = 1 << 20;

/// Steps of k from which on a product may be cut into parts of k.
const DEEP: usize = 3 * KC;
/// Words of B that stay in L2 while blocks of rows walk along them.
const SMALL_B: usize = 1 << 18;
/// Words of B that each thread may pack for itself: what it costs more than sharing is less than bringing panels from another's
/// cache.
const OWN_B: usize = 1 << 17;
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

    /// How the product is cut.
    fn way(&self) -> Way {
        let Shape { batch, m, n, k, transpose_a, transpose_b, .. } = *self;
        if (1..=TINY).contains(&(batch * m * k * n.div_ceil(4))) {
            return Way::Tiny;
        }
        let large_b = n * k > SMALL_B;
        if batch == 1 && large_b && (1..=FEW_ROWS).contains(&m) {
            match (transpose_a, transpose_b) {
                (_, false) => return Way::Stream,
                (false, true) => return Way::Dots,
                (true, true) => {}
            }
        }
        let wide = batch == 1 && m >= 4 && n >= MANY_COLUMNS;
        let short = if transpose_a { k } else { m } <= SHORT;
        if wide && short && m * k <= SMALL_A && m * n * k >= WORTH_PACKING {
            return Way::ByColumns;
        }
        if wide && transpose_a && !transpose_b && k >= DEEP && m * n <= FEW_RESULTS && depth::pays(self) {
            return Way::ByDepth;
        }
        // Packing B pays when B is transposed (nothing else reads it in k order) or when many rows use each panel.
        let packs = match m > 1 && (transpose_b || m * n * k > 1 << 21) {
            false => Packs::Nothing,
            true if b_matrices(self) == 1 && n * k <= OWN_B => Packs::Own,
            true => Packs::Before,
        };
        Way::ByRows(packs)
    }

    /// Where a row of op(A) has its number at a step of k.
    fn place_in_a(&self, row: usize, step: usize) -> usize {
        if self.transpose_a {
            step * self.m + row
        } else {
            row * self.k + step
        }
    }

    /// Whether A is packed: a transposed one's steps of k may not fit into L1 beside each other.
    fn packs_a(&self) -> bool {
        self.transpose_a && KC.min(self.k) > lines_in_l1(self.m) && self.n >= MANY_COLUMNS
    }

    /// Packs rows of a transposed A from `row` on into panels for the tiles of a cut, `kc` steps from `k0` on.
    fn pack_a(&self, a: &[f32], cut: &Cut, row: usize, k0: usize, kc: usize, out: &mut [f32]) {
        for Strip { row: first, tile, height } in cut.strips() {
            pack_b(a, self.m, false, k0, kc, row + first, height, tile.rows, &mut out[first * kc..]);
        }
    }

    /// Rows of A from `row` on where they lie, from step `k0` on.
    fn left(&self, a: &[f32], cut: &Cut, row: usize, k0: usize, kc: usize, edge: &mut Edge) -> Left {
        let (rows, steps) = if self.transpose_a { (1, self.m) } else { (self.k, 1) };
        Left::lying(&a[self.place_in_a(row, k0)..], cut, kc, rows, steps, edge)
    }

    fn tile(&self) -> Tile {
        match self.m {
            4.. => preferred(),
            // Fewer columns hang over than are there.
            _ if self.n.next_multiple_of(WIDE.columns) - self.n < THIN.columns => WIDE,
            _ => THIN,
        }
    }
}

/// How a product is cut into chunks; depends on its sizes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Not at all: panels would take longer than the product.
    Tiny,
    /// B is so large, and used so few times, that reading it counts: once, in a few stretches side by side, by parts of k …
    Stream,
    /// … or, where it is transposed, by its rows.
    Dots,
    /// Blocks of columns: each part of B is read and packed once, by the thread that uses it, and the products that make, use and
    /// change a matrix of weights leave each part of it in one core's cache.
    ByColumns,
    /// Parts of k: each other way reads all of B once for every few rows.
    ByDepth,
    /// Blocks of rows.
    ByRows(Packs),
}

/// Who packs the right operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packs {
    Nothing,
    /// Each thread, for itself.
    Own,
    /// A record of its own, whose chunks threads share.
    Before,
}

/// How many lines of the cache, each so many words after the last, L1 holds at a time.
fn lines_in_l1(words: usize) -> usize {
    if words.is_multiple_of(LINE) && words > 0 {
        // Distances with a power of two in them fall on few sets.
        (L1_SETS >> (words / LINE).trailing_zeros().min(L1_SETS.ilog2())) * L1_WAYS
    } else {
        L1_SETS * L1_WAYS
    }
}

/// The records of one product: packing of the right operand where it pays, then the product.
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
    let tile = shape.tile();
    let parts = Span { len: self::workspace(&shape), ..workspace };
    match shape.way() {
        Way::Tiny => push(Box::new(Tiny { shape, a, b, out, epilogue })),
        Way::Stream => {
            push(Box::new(Stream { shape, a, b, out: parts }));
            push(Box::new(Total { parts, out, epilogue }));
        }
        Way::Dots => {
            push(Box::new(Dots { shape, a, b, out }));
            epilogue.into_iter().for_each(|chain| push(Box::new(chain)));
        }
        Way::ByColumns => {
            // Random numbers are keyed by an element's place: such a chain runs on whole rows, behind.
            let (within, behind) = match epilogue {
                Some(chain) if chain.is_random() => (None, Some(chain)),
                chain => (chain, None),
            };
            push(Box::new(ByColumns { shape, tile, a, b, out, epilogue: within }));
            behind.into_iter().for_each(|chain| push(Box::new(chain)));
        }
        Way::ByDepth => {
            push(Box::new(ByDepth { shape, tile, a, b, out: parts }));
            push(Box::new(Total { parts, out, epilogue }));
        }
        Way::ByRows(packs) => {
            let blocks = Blocks::of(&shape, tile);
            // What one chunk alone would read isn't prepared.
            let packs = if packs == Packs::Own && blocks.are_one(&shape) { Packs::Nothing } else { packs };
            if packs == Packs::Before {
                push(Box::new(PackB { shape, tile, b, out: workspace }));
            }
            push(Box::new(ByRows { shape, tile, a, b, packs, packed: workspace, out, epilogue, blocks }));
        }
    }
}

/// Words of workspace that [`lower`] needs.
pub fn workspace(shape: &Shape) -> usize {
    match shape.way() {
        Way::Tiny | Way::Dots | Way::ByColumns | Way::ByRows(Packs::Nothing | Packs::Own) => 0,
        Way::Stream | Way::ByDepth => depth::parts(shape) * shape.m * shape.n,
        Way::ByRows(Packs::Before) => {
            let columns = widest();
            b_matrices(shape) * shape.n.div_ceil(columns) * columns * shape.k
        }
    }
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
