//! All tiles of a block of rows, for products whose operands lie in panels.

use super::cut::{Band, Cut};
use super::tile::{Grid, Panel, Panels};

/// Sizes of a sweep: C[rows × n] (+)= A[rows × k] · B[k × n], rows of C `ldc` apart.
#[derive(Clone, Copy)]
pub(crate) struct Sweep {
    pub cut: Cut,
    pub n: usize,
    pub k: usize,
    pub ldc: usize,
    pub accumulate: bool,
}

/// Where the rows of A lie: those of a tile from `at + row · its first` on, one step of k `step` further than the last; without
/// a step they are packed for their tile.
#[derive(Clone, Copy)]
pub(crate) struct Left {
    pub at: *const f32,
    pub row: usize,
    pub step: Option<usize>,
}

impl Left {
    /// Panels of `k` steps, each for its tile, one after the other.
    pub fn packed(panels: &[f32], cut: &Cut, k: usize) -> Left {
        assert!(panels.len() >= cut.padded() * k);
        Left { at: panels.as_ptr(), row: k, step: None }
    }

    /// Panels of `k` steps, all for the first tile of a cut, one after the other.
    pub fn alike(panels: &[f32], cut: &Cut, k: usize) -> Left {
        let side = cut.all()[0].tile.rows;
        assert!(panels.len() >= cut.rows().next_multiple_of(side) * k);
        Left { at: panels.as_ptr(), row: k, step: Some(side) }
    }

    /// The panels of a band.
    fn of(&self, band: &Band) -> Panels {
        let at = self.at.wrapping_add(band.first * self.row);
        let step = self.step.unwrap_or(band.tile.rows);
        Panels { first: Panel { at, step }, apart: band.tile.rows * self.row }
    }
}

impl Sweep {
    /// Multiplies; `b` gives the panel of the tiles' columns from a column on, and `edge` has room for the largest tile. All panels
    /// hold k steps.
    pub fn run(&self, a: Left, mut b: impl FnMut(usize) -> Panel, c: &mut [f32], edge: &mut [f32]) {
        let rows = self.cut.rows();
        assert!(rows == 0 || self.n == 0 || c.len() >= (rows - 1) * self.ldc + self.n, "rows of C");
        let columns = self.cut.all()[0].tile.columns;
        for j in (0..self.n).step_by(columns) {
            let b = Panels { first: b(j), apart: 0 };
            let part = Sweep { n: columns.min(self.n - j), ..*self };
            // SAFETY: the panels hold k steps, the caller's promise; C has all rows, asserted above.
            unsafe { part.whole(a, b, c.as_mut_ptr().add(j), edge) };
        }
    }

    /// The same with all panels of B there: a panel of A meets all of them while it is in cache.
    ///
    /// # Safety
    /// Every panel is readable for k steps, and C valid for reading and writing all rows of n values.
    pub unsafe fn whole(&self, a: Left, b: Panels, c: *mut f32, edge: &mut [f32]) {
        for band in self.cut.all() {
            if band.rows > 0 {
                // SAFETY: the caller's promise.
                unsafe { self.band(&band, a.of(&band), b, c.add(band.first * self.ldc), edge) };
            }
        }
    }

    /// The rows of one band.
    ///
    /// # Safety
    /// As [`Sweep::whole`].
    unsafe fn band(&self, band: &Band, a: Panels, b: Panels, c: *mut f32, edge: &mut [f32]) {
        let Sweep { n, k, ldc, accumulate, .. } = *self;
        let Band { tile, rows, .. } = *band;
        let (mr, nr) = (tile.rows, tile.columns);
        let (down, across) = (rows / mr, n / nr);
        assert!(edge.len() >= mr * nr, "room for a tile");
        // SAFETY: the caller's promise.
        unsafe { (tile.grid)(&Grid { down, across, k, a, b, c, ldc, accumulate }) };
        let mut hanging = |i: usize, j: usize| {
            // SAFETY: as above; the edge buffer has room for a tile.
            unsafe { (tile.run)(k, a.at(i), b.at(j), edge.as_mut_ptr(), nr, false) };
            for r in 0..mr.min(rows - i * mr) {
                let width = nr.min(n - j * nr);
                // SAFETY: a part of a row of C.
                let line = unsafe { std::slice::from_raw_parts_mut(c.add((i * mr + r) * ldc + j * nr), width) };
                for (value, &sum) in line.iter_mut().zip(&edge[r * nr..]) {
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
