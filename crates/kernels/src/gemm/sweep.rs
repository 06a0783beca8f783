//! All tiles of a block of rows, for products whose operands are packed by others.

use super::tile::{Panel, Tile};

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
        let mr = self.tile.rows;
        assert!(a.len() >= self.rows.div_ceil(mr) * mr * self.k);
        self.panels(|i| Panel { at: a[i * self.k..].as_ptr(), step: mr }, b, c, edge);
    }

    /// The same with panels of A wherever they lie: `a` gives that of `tile.rows` rows from a row on.
    pub fn panels(
        &self,
        a: impl Fn(usize) -> Panel,
        mut b: impl FnMut(usize) -> Panel,
        c: &mut [f32],
        edge: &mut [f32],
    ) {
        let Sweep { tile, rows, n, k, ldc, accumulate } = *self;
        let (mr, nr) = (tile.rows, tile.columns);
        assert!(edge.len() >= mr * nr);
        for j in (0..n).step_by(nr) {
            let b = b(j);
            let width = nr.min(n - j);
            for i in (0..rows).step_by(mr) {
                let height = mr.min(rows - i);
                let a = a(i);
                if height == mr && width == nr {
                    let c = &mut c[i * ldc + j..][..(mr - 1) * ldc + nr];
                    // SAFETY: the panels hold k steps, the caller's promise; C is a whole tile.
                    unsafe { (tile.run)(k, a, b, c.as_mut_ptr(), ldc, accumulate) };
                } else {
                    // SAFETY: as above; the edge buffer has room for a tile.
                    unsafe { (tile.run)(k, a, b, edge.as_mut_ptr(), nr, false) };
                    for r in 0..height {
                        let line = &mut c[(i + r) * ldc + j..][..width];
                        for (value, &sum) in line.iter_mut().zip(&edge[r * nr..]) {
                            // The order of the whole tile: the block's sum, plus what was there.
                            *value = if accumulate { sum + *value } else { sum };
                        }
                    }
                }
            }
        }
    }
}
