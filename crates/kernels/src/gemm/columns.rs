//! Products cut into blocks of columns: a block packs its own columns of B on the way, into L1; of A, what is packed at
//! all is packed by each thread for itself.

use super::tile::{Panels, Tile};
use super::{pack_b, Cut, Edge, Left, Shape, Sweep, KC, LINE};
use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Columns of a block: a line of the cache, so that no two cores write into one.
const COLUMNS: usize = LINE;
/// Steps of k that all panels of a block pack before they go on: the lines that they share are still in cache then, however
/// far apart they lie.
const STRIP: usize = 32;

/// A chunk is a block of columns.
pub(super) struct ByColumns {
    pub shape: Shape,
    pub tile: Tile,
    pub a: Span,
    pub b: Span,
    pub out: Span,
    pub epilogue: Option<Fused>,
}

impl ByColumns {
    /// Words of A in panels of rows.
    fn packed(&self) -> usize {
        let Shape { m, k, .. } = self.shape;
        if self.shape.packs_a() {
            (Cut::evenly(m, self.tile).padded() * k).next_multiple_of(LINE)
        } else {
            0
        }
    }
}

impl Kernel for ByColumns {
    fn name(&self) -> &'static str {
        "gemm"
    }
    fn chunks(&self) -> usize {
        self.shape.n.div_ceil(COLUMNS)
    }
    fn scratch(&self) -> usize {
        let kc = KC.min(self.shape.k);
        let own = COLUMNS * kc + Edge::words(self.tile, kc);
        self.packed() + own.max(self.epilogue.as_ref().map_or(0, |e| e.scratch()))
    }
    /// Packs A: blocks of k, inside each its panels of rows.
    fn prepare(&self, context: &StepContext, scratch: &mut [f32]) {
        if !self.shape.packs_a() {
            return;
        }
        let Shape { m, k, .. } = self.shape;
        let cut = Cut::evenly(m, self.tile);
        // SAFETY: A is an input of this record.
        let a = unsafe { context.read(self.a) };
        for k0 in (0..k).step_by(KC) {
            self.shape.pack_a(a, &cut, 0, k0, KC.min(k - k0), &mut scratch[k0 * cut.padded()..]);
        }
    }
    fn flops(&self) -> u64 {
        self.shape.flops() + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.a.len + self.b.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let Shape { m, n, k, transpose_b, .. } = self.shape;
        let (cut, nr) = (Cut::evenly(m, self.tile), self.tile.columns);
        let column = chunk * COLUMNS;
        let width = COLUMNS.min(n - column);
        let (packed, scratch) = scratch.split_at_mut(self.packed());
        let (panels_b, room) = scratch.split_at_mut(COLUMNS * KC.min(k));
        // SAFETY: inputs of this record.
        let (a, b) = unsafe { (context.read(self.a), context.read(self.b)) };
        for k0 in (0..k).step_by(KC) {
            let kc = KC.min(k - k0);
            let ld = if transpose_b { k } else { n };
            for p in (0..kc).step_by(STRIP) {
                for j in (0..width).step_by(nr) {
                    let (at, steps) = (j * kc + p * nr, STRIP.min(kc - p));
                    let panel = &mut panels_b[at..at + steps * nr];
                    pack_b(b, ld, transpose_b, k0 + p, steps, column + j, nr.min(width - j), nr, panel);
                }
            }
            let edge = &mut Edge::of(room);
            let a = if self.shape.packs_a() {
                Left::packed(&packed[k0 * cut.padded()..], &cut, kc)
            } else {
                self.shape.left(a, &cut, 0, k0, kc, edge)
            };
            let b = Panels::packed(panels_b, width, kc, nr, kc);
            let sweep = Sweep { cut, n: width, k: kc, ldc: n, accumulate: k0 > 0 };
            // SAFETY: these columns of out belong to this chunk, and the panels hold kc steps.
            unsafe { sweep.whole(a, b, context.pointer(self.out, column, (m - 1) * n + width), edge) };
        }
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_part(context, 0..m, n, column..column + width, scratch);
        }
    }
}
