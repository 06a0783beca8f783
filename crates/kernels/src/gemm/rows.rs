//! Products cut into blocks of rows: B is packed before, by each thread for itself, or read where it lies; A is read where it
//! lies, unless its steps of k are long rows.

use super::tile::{Panels, Tile};
use super::{b_matrices, pack_b, Cut, Edge, Left, Packs, Shape, Sweep, KC};
use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use std::ops::Range;

/// Work per chunk that is worth handing to a thread.
const CHUNK_FLOPS: usize = 400_000;
/// Chunks that tall products have at least: enough for many threads, few enough that each uses a panel of B many times.
const CHUNKS: usize = 12;
/// Most rows of a block: its part of A stays in L2.
const MC: usize = 96;

/// A panel of columns of B in a block of k.
struct Part {
    k0: usize,
    kc: usize,
    column: usize,
    /// Where its words begin in the packed matrix.
    at: usize,
}

impl Part {
    fn all(shape: &Shape, tile: Tile, panel: usize) -> impl Iterator<Item = Part> {
        let (k, columns) = (shape.k, tile.columns);
        let (width, column) = (shape.n.next_multiple_of(columns), panel * columns);
        (0..k).step_by(KC).map(move |k0| {
            let kc = KC.min(k - k0);
            Part { k0, kc, column, at: k0 * width + column * kc }
        })
    }

    fn pack(&self, shape: &Shape, tile: Tile, b: &[f32], out: &mut [f32]) {
        let Shape { n, k, transpose_b, .. } = *shape;
        let ld = if transpose_b { k } else { n };
        let width = tile.columns.min(n - self.column);
        pack_b(b, ld, transpose_b, self.k0, self.kc, self.column, width, tile.columns, out);
    }
}

/// Packs B: blocks of k, inside each its panels of columns.
pub(super) struct PackB {
    pub shape: Shape,
    pub tile: Tile,
    pub b: Span,
    pub out: Span,
}

impl PackB {
    fn panels(&self) -> usize {
        self.shape.n.div_ceil(self.tile.columns)
    }
}

impl Kernel for PackB {
    fn name(&self) -> &'static str {
        "pack_b"
    }
    fn chunks(&self) -> usize {
        b_matrices(&self.shape) * self.panels()
    }
    fn flops(&self) -> u64 {
        (b_matrices(&self.shape) * self.shape.n * self.shape.k) as u64
    }
    fn bytes(&self) -> u64 {
        8 * self.flops()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Shape { n, k, stride_b, .. } = self.shape;
        let (matrix, panel) = (chunk / self.panels(), chunk % self.panels());
        // SAFETY: B is an input of this record.
        let b = unsafe { context.read(self.b) };
        let first = matrix * k * n.next_multiple_of(self.tile.columns);
        for part in Part::all(&self.shape, self.tile, panel) {
            let at = first + part.at;
            // SAFETY: each (k block, panel) belongs to one chunk.
            let out = unsafe { context.write(self.out, at, at + self.tile.columns * part.kc) };
            part.pack(&self.shape, self.tile, &b[matrix * stride_b..], out);
        }
    }
}

/// The product itself; a chunk is a block of rows of one matrix.
pub(super) struct ByRows {
    pub shape: Shape,
    pub tile: Tile,
    pub a: Span,
    pub b: Span,
    pub packs: Packs,
    /// B in panels, where a record before packs it.
    pub packed: Span,
    pub out: Span,
    pub epilogue: Option<Fused>,
    pub blocks: Blocks,
}

/// Blocks of rows, one for each chunk: found once, because a small product feels the divisions.
pub(super) struct Blocks {
    rows: usize,
    count: usize,
    /// The rows of a whole block.
    cut: Cut,
}

impl Blocks {
    /// Whether all is one chunk.
    pub fn are_one(&self, shape: &Shape) -> bool {
        self.count * shape.batch == 1
    }

    /// Enough work to be worth a thread, enough chunks for many threads, at most what is packed together.
    pub fn of(shape: &Shape, tile: Tile) -> Blocks {
        let Shape { m, n, k, .. } = *shape;
        let rows = (CHUNK_FLOPS / (2 * n * k).max(1)).max(m / CHUNKS);
        // Whole tiles of four and six rows, where there are enough.
        let unit = if rows >= 24 { 24 } else { 2 * tile.rows.max(4) };
        let rows = rows.clamp(unit, MC) / unit * unit;
        // So many chunks, as alike as can be.
        let rows = m.div_ceil(m.div_ceil(rows).max(1)).next_multiple_of(tile.rows).max(tile.rows);
        Blocks { rows, count: m.div_ceil(rows), cut: Cut::evenly(rows.min(m), tile) }
    }
}

impl ByRows {
    fn cut(&self, rows: usize) -> Cut {
        if rows == self.blocks.cut.rows() {
            self.blocks.cut
        } else {
            Cut::evenly(rows, self.tile)
        }
    }

    fn own_b_words(&self) -> usize {
        let Shape { n, k, .. } = self.shape;
        if self.packs == Packs::Own {
            (n.next_multiple_of(self.tile.columns) * k).next_multiple_of(16)
        } else {
            0
        }
    }

    fn packed_a_words(&self) -> usize {
        // A block's tiles have as many rows as it, or fewer where it's the last.
        let rows = if self.shape.packs_a() { self.blocks.rows } else { 0 };
        rows * KC.min(self.shape.k)
    }
}

impl Kernel for ByRows {
    fn name(&self) -> &'static str {
        "gemm"
    }
    fn chunks(&self) -> usize {
        self.shape.batch * self.blocks.count
    }
    fn scratch(&self) -> usize {
        let kc = KC.min(self.shape.k);
        let own = self.packed_a_words() + Sweep::room(self.tile, kc) + Edge::words(self.tile, kc);
        self.own_b_words() + own.max(self.epilogue.as_ref().map_or(0, |e| e.scratch()))
    }
    fn prepare(&self, context: &StepContext, scratch: &mut [f32]) {
        if self.packs != Packs::Own {
            return;
        }
        // SAFETY: B is an input of this record.
        let b = unsafe { context.read(self.b) };
        for panel in 0..self.shape.n.div_ceil(self.tile.columns) {
            for part in Part::all(&self.shape, self.tile, panel) {
                part.pack(&self.shape, self.tile, b, &mut scratch[part.at..]);
            }
        }
    }
    fn flops(&self) -> u64 {
        self.shape.flops() + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.a.len + self.b.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let Shape { batch, m, n, k, stride_a, stride_b, .. } = self.shape;
        let Blocks { rows, count, .. } = self.blocks;
        let (matrix, block) = if batch == 1 { (0, chunk) } else { (chunk / count, chunk % count) };
        let row = block * rows;
        let rows = rows.min(m - row);
        // SAFETY: A is an input of this record.
        let a = unsafe { context.read(self.a) };
        let a = &a[matrix * stride_a..];
        let from = (matrix * m + row) * n;
        // SAFETY: these rows of out belong to this chunk.
        let out = unsafe { context.write(self.out, from, from + rows * n) };
        if k == 0 {
            out.fill(0.0);
        }
        let (own, scratch) = scratch.split_at_mut(self.own_b_words());
        let matrix_b = if stride_b == 0 { 0 } else { matrix };
        // SAFETY: inputs of this record.
        let b = unsafe {
            match self.packs {
                Packs::Nothing => &context.read(self.b)[matrix_b * stride_b..],
                Packs::Own => &*own,
                Packs::Before => &context.read(self.packed)[matrix_b * k * n.next_multiple_of(self.tile.columns)..],
            }
        };
        for k0 in (0..k).step_by(KC) {
            self.k_block(a, b, row..row + rows, k0, out, scratch);
        }
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_range(context, from, from + rows * n, scratch);
        }
    }
}

impl ByRows {
    /// out[rows × n] (+)= op(a)[row.., k0..] · op(b)[k0.., ..].
    fn k_block(&self, a: &[f32], b: &[f32], rows: Range<usize>, k0: usize, out: &mut [f32], scratch: &mut [f32]) {
        let (row, rows) = (rows.start, rows.len());
        let Shape { n, k, transpose_b, .. } = self.shape;
        let (cut, nr) = (self.cut(rows), self.tile.columns);
        let kc = KC.min(k - k0);
        let (packed_a, scratch) = scratch.split_at_mut(self.packed_a_words());
        let (room, scratch) = scratch.split_at_mut(Sweep::room(self.tile, KC.min(k)));
        let edge = &mut Edge::of(scratch);
        let a = if self.shape.packs_a() {
            self.shape.pack_a(a, &cut, row, k0, kc, packed_a);
            Left::packed(packed_a, &cut, kc)
        } else {
            self.shape.left(a, &cut, row, k0, kc, edge)
        };
        let sweep = Sweep { cut, n, k: kc, ldc: n, accumulate: k0 > 0 };
        let (there, panels) = self.panels(b, k0, kc);
        Sweep { n: there, ..sweep }.run(a, panels, out, edge);
        let pack = |j: usize, panel: &mut [f32]| {
            let (ld, column) = (if transpose_b { k } else { n }, there + j);
            pack_b(b, ld, transpose_b, k0, kc, column, nr.min(n - column), nr, panel);
        };
        Sweep { n: n - there, ..sweep }.run_packing(a, pack, room, &mut out[there..], edge);
    }

    /// The columns of B that are there in panels, packed or where they lie, for `kc` steps from `k0` on.
    fn panels(&self, b: &[f32], k0: usize, kc: usize) -> (usize, Panels) {
        let Shape { n, transpose_b, .. } = self.shape;
        let nr = self.tile.columns;
        if self.packs != Packs::Nothing {
            return (n, Panels::packed(&b[k0 * n.next_multiple_of(nr)..], n, kc, nr, kc));
        }
        // What hangs over reads the next row's first numbers, if there is a next row, and nobody reads what becomes of those.
        let there = match (k0 + kc - 1) * n + n.next_multiple_of(nr) <= b.len() {
            _ if transpose_b => 0,
            true => n,
            false => n / nr * nr,
        };
        (there, Panels::lying(&b[k0 * n..], there, kc, nr, n, nr))
    }
}
