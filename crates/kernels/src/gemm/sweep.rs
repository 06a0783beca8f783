//! All tiles of a block of rows, for products whose operands lie in panels.

use super::tile::{Grid, Panel, Panels, Tile, TILES};

/// Sizes of a sweep: C[rows × n] (+)= A[rows × k] · B[k × n], rows of C `ldc` apart.
#[derive(Clone, Copy)]
pub(crate) struct Sweep {
    pub tile: Tile,
    pub rows: usize,
    pub n: usize,
    pub k: usize,
    pub ldc: usize,
    pub accumulate: bool,
}

impl Sweep {
    /// Multiplies. `a` holds whole panels of `tile.rows` rows, one after the other; `b` gives the panel of `tile.columns`
    /// columns from a column on; `edge` has room for the largest tile.
    pub fn run(&self, a: &[f32], b: impl FnMut(usize) -> Panel, c: &mut [f32], edge: &mut [f32]) {
        let Sweep { tile: Tile { rows: mr, .. }, rows, k, .. } = *self;
        assert!(a.len() >= rows.div_ceil(mr) * mr * k);
        let a = Panels { first: Panel { at: a.as_ptr(), step: mr }, apart: mr * k };
        self.panels(a, a.at(rows / mr), b, c, edge);
    }

    /// The same with panels of A wherever they lie; `rest` is that of the rows behind the last whole one.
    pub fn panels(&self, a: Panels, rest: Panel, mut b: impl FnMut(usize) -> Panel, c: &mut [f32], edge: &mut [f32]) {
        assert!(self.rows == 0 || self.n == 0 || c.len() >= (self.rows - 1) * self.ldc + self.n, "rows of C");
        for j in (0..self.n).step_by(self.tile.columns) {
            let b = Panels { first: b(j), apart: 0 };
            let part = Sweep { n: self.tile.columns.min(self.n - j), ..*self };
            // SAFETY: the panels hold k steps, the caller's promise; C has all rows, asserted above.
            unsafe { part.whole(a, rest, b, c.as_mut_ptr().add(j), edge) };
        }
    }

    /// The same with all panels of B there: a panel of A meets all of them while it is in cache.
    ///
    /// # Safety
    /// Every panel is readable for k steps, and C valid for reading and writing `rows` rows of n values.
    pub unsafe fn whole(&self, a: Panels, rest: Panel, b: Panels, c: *mut f32, edge: &mut [f32]) {
        let Sweep { tile, rows, n, k, ldc, accumulate } = *self;
        let (mr, nr) = (tile.rows, tile.columns);
        let (down, across) = (rows / mr, n / nr);
        assert!(edge.len() >= mr * nr, "room for a tile");
        // SAFETY: the caller's promise.
        unsafe { (tile.grid)(&Grid { down, across, k, a, b, c, ldc, accumulate }) };
        let small = TILES[0];
        let mut hanging = |i: usize, j: usize| {
            let a = if i < down { a.at(i) } else { rest };
            let height = mr.min(rows - i * mr);
            let tile = if height <= small.rows && nr == small.columns { small } else { tile };
            // SAFETY: as above; the edge buffer has room for a tile.
            unsafe { (tile.run)(k, a, b.at(j), edge.as_mut_ptr(), nr, false) };
            for r in 0..height {
                let width = nr.min(n - j * nr);
                // SAFETY: a part of a row of C.
                let line = unsafe { std::slice::from_raw_parts_mut(c.add((i * mr + r) * ldc + j * nr), width) };
                for (value, &sum) in line.iter_mut().zip(&edge[r * nr..]) {
                    // The order of the whole tile: the block's sum, plus what was there.
                    *value = if accumulate { sum + *value } else { sum };
                }
            }
        };
        let left = rows - down * mr;
        if left == small.rows && nr == small.columns {
            // A smaller tile fits.
            let a = Panels { first: rest, apart: 0 };
            // SAFETY: the caller's promise; the panel of the rows behind holds at least these.
            unsafe {
                let c = c.add(down * mr * ldc);
                (small.grid)(&Grid { down: 1, across, k, a, b, c, ldc, accumulate });
            }
        } else if left > 0 {
            (0..across).for_each(|j| hanging(down, j));
        }
        if across * nr < n {
            (0..rows.div_ceil(mr)).for_each(|i| hanging(i, across));
        }
    }
}
