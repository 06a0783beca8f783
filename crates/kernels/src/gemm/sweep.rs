//! All tiles of a block of rows, on the left side where it lies or in panels, and on panels of the right one.

use super::cut::{Band, Cut, Strip};
use super::pack::{interleave, pack_b};
use super::tile::{Grid, Panel, Panels, Tile, LARGEST};
use std::ops::Range;

/// Sizes of a sweep: C[rows × n] (+)= A[rows × k] · B[k × n], rows of C `ldc` apart.
#[derive(Clone, Copy)]
pub(crate) struct Sweep {
    pub cut: Cut,
    pub n: usize,
    pub k: usize,
    pub ldc: usize,
    pub accumulate: bool,
}

/// Words of panels of B that stay in L1 beside a tile's rows.
const IN_L1: usize = 4096;

/// Room for what hangs over: a tile's results, and a panel of its rows.
pub(crate) struct Edge<'a> {
    results: &'a mut [f32],
    rows: &'a mut [f32],
}

impl<'a> Edge<'a> {
    /// Words for tiles of at most this size and `k` steps; none where A is packed.
    pub fn words(tile: Tile, k: usize) -> usize {
        LARGEST + tile.rows * k
    }

    pub fn of(scratch: &'a mut [f32]) -> Edge<'a> {
        let (results, rows) = scratch.split_at_mut(LARGEST);
        Edge { results, rows }
    }
}

/// Where the rows of A lie: those of a tile from `at + first · its first` on, each `row` further than the last, one step of k `step`
/// further; without a step they are packed for their tile.
#[derive(Clone, Copy)]
pub(crate) struct Left {
    at: *const f32,
    first: usize,
    row: usize,
    step: Option<usize>,
    /// The panel of a tile that hangs over, where its rows end with the operand.
    hanging: Option<*const f32>,
}

impl Left {
    /// Panels of `k` steps, each for its tile, one after the other.
    pub fn packed(panels: &[f32], cut: &Cut, k: usize) -> Left {
        assert!(panels.len() >= cut.padded() * k);
        Left { at: panels.as_ptr(), first: k, row: 1, step: None, hanging: None }
    }

    /// Rows where they are, `row` words apart, and `step` words from one step of k to the next; one of both is 1.
    pub fn lying(values: &[f32], cut: &Cut, k: usize, row: usize, step: usize, edge: &mut Edge) -> Left {
        let (rows, steps) = (cut.rows(), k.saturating_sub(1) * step);
        assert!(row == 1 || step == 1);
        assert!(rows * k == 0 || (rows - 1) * row + steps < values.len(), "rows of A");
        let mut hanging = None;
        if cut.padded() > rows {
            let Strip { row: first, tile, height } = cut.strip(cut.tiles() - 1);
            if step == 1 {
                interleave(&values[first * row..], row, height, k, tile.rows, edge.rows);
            } else {
                pack_b(values, step, false, 0, k, first, height, tile.rows, edge.rows);
            }
            hanging = Some(edge.rows.as_ptr());
        }
        Left { at: values.as_ptr(), first: row, row, step: Some(step), hanging }
    }

    /// The panels of a band.
    fn of(&self, band: &Band) -> Panels {
        let at = self.at.wrapping_add(band.first * self.first);
        let step = self.step.unwrap_or(band.tile.rows);
        Panels { first: Panel { at, step }, apart: band.tile.rows * self.first }
    }

    /// The panel of a band's tile that hangs over, and how far apart its rows lie.
    fn last(&self, band: &Band) -> (Panel, usize) {
        match self.hanging {
            Some(at) => (Panel { at, step: band.tile.rows }, 1),
            None => (self.of(band).at(band.rows / band.tile.rows), self.row),
        }
    }
}

impl Sweep {
    /// Multiplies by panels that hold k steps, as many at a time as stay in L1 while all of A passes.
    pub fn run(&self, a: Left, b: Panels, c: &mut [f32], edge: &mut Edge) {
        self.parts(a, |panels| b.from(panels.start), c, edge);
    }

    /// The same with panels that `pack` makes before they are used, each from a column on; `room` as [`Sweep::room`] says.
    pub fn run_packing(
        &self,
        a: Left,
        mut pack: impl FnMut(usize, &mut [f32]),
        room: &mut [f32],
        c: &mut [f32],
        edge: &mut Edge,
    ) {
        let (k, columns) = (self.k, self.columns());
        let packed = |panels: Range<usize>| {
            for (panel, out) in panels.clone().zip(room.chunks_exact_mut((k * columns).max(1))) {
                pack(panel * columns, out);
            }
            Panels::packed(room, panels.len() * columns, k, columns, k)
        };
        self.parts(a, packed, c, edge);
    }

    /// Words of the panels that are packed at a time, of tiles of this size and at most `k` steps.
    pub fn room(tile: Tile, k: usize) -> usize {
        IN_L1.max(tile.columns * k)
    }

    fn columns(&self) -> usize {
        self.cut.all()[0].tile.columns
    }

    /// Some panels at a time, that `b` gives.
    fn parts(&self, a: Left, mut b: impl FnMut(Range<usize>) -> Panels, c: &mut [f32], edge: &mut Edge) {
        let rows = self.cut.rows();
        assert!(rows == 0 || self.n == 0 || c.len() >= (rows - 1) * self.ldc + self.n, "rows of C");
        let columns = self.columns();
        let panels = (IN_L1 / (self.k * columns).max(1)).max(1);
        for j in (0..self.n).step_by(panels * columns) {
            let part = Sweep { n: (panels * columns).min(self.n - j), ..*self };
            let first = j / columns;
            let b = b(first..first + part.n.div_ceil(columns));
            // SAFETY: the panels hold k steps, and C has all rows, asserted above.
            unsafe { part.whole(a, b, c.as_mut_ptr().add(j), edge) };
        }
    }

    /// The same with all panels of B there: a panel of A meets all of them while it is in cache.
    ///
    /// # Safety
    /// Every panel is readable for k steps, and C valid for reading and writing all rows of n values.
    pub unsafe fn whole(&self, a: Left, b: Panels, c: *mut f32, edge: &mut Edge) {
        for band in self.cut.all() {
            if band.rows > 0 {
                // SAFETY: the caller's promise.
                unsafe { self.band(&band, a, b, c.add(band.first * self.ldc), edge) };
            }
        }
    }

    /// The rows of one band.
    ///
    /// # Safety
    /// As [`Sweep::whole`].
    unsafe fn band(&self, band: &Band, left: Left, b: Panels, c: *mut f32, edge: &mut Edge) {
        let Sweep { n, k, ldc, accumulate, .. } = *self;
        let Band { tile, rows, .. } = *band;
        let (mr, nr) = (tile.rows, tile.columns);
        let (a, row) = (left.of(band), left.row);
        let (down, across) = (rows / mr, n / nr);
        assert!(edge.results.len() >= mr * nr, "room for a tile");
        // SAFETY: the caller's promise.
        unsafe { (tile.grid)(&Grid { down, across, k, a, row, b, c, ldc, accumulate }) };
        let mut hanging = |i: usize, j: usize| {
            let (a, row) = if i == down { left.last(band) } else { (a.at(i), row) };
            // SAFETY: as above; the edge buffer has room for a tile.
            unsafe { (tile.run)(k, a, row, b.at(j), edge.results.as_mut_ptr(), nr, false) };
            for r in 0..mr.min(rows - i * mr) {
                let width = nr.min(n - j * nr);
                // SAFETY: a part of a row of C.
                let line = unsafe { std::slice::from_raw_parts_mut(c.add((i * mr + r) * ldc + j * nr), width) };
                for (value, &sum) in line.iter_mut().zip(&edge.results[r * nr..]) {
                    // The order of the whole tile: the block's sum, plus what was there.
                    *value = if accumulate { sum + *value } else { sum };
                }
            }
        };
        if down * mr < rows {
            (0..across).for_each(|j| hanging(down, j));
        }
        if across * nr < n {
            (0..rows.div_ceil(mr)).for_each(|i| hanging(i, across));
        }
    }
}
