//! The register tile: MR rows × 4·NV columns of C, held in registers over a whole block of k.
//!
//! 4×8 fits the 15 vector registers that V8 leaves. So does 6×8, from V8 13.6 on and where multiply-adds are fused; elsewhere it
//! spills and runs at half the speed. 4×16 spills unless V8 pairs vectors into 256 bits. Whoever starts the engine knows
//! where it runs, and chooses (`preferredTile` in `ts/src/runtime/environment.ts`).
//! Every tile does the same arithmetic for an element: k ascending, one multiply-add per k, blocks of `KC` added in
//! order. So the choice doesn't change a bit.

use simd::{hidden, F32x4};

/// Where one operand's panel lies: a pointer and how far one step of k moves it.
#[derive(Clone, Copy)]
pub struct Panel {
    pub at: *const f32,
    pub step: usize,
}

/// C[MR × 4·NV] (+)= A panel × B panel; the rows of A's panel lie `row` words apart.
///
/// # Safety
/// `a` is readable at `a.at + p·a.step + i·row` for p < k and i < MR, `b` at `b.at + p·b.step + 0..4·NV`, and `c` is valid for
/// reading and writing MR rows of 4·NV values, `ldc` apart. A step of `b` is not 0.
#[inline(always)]
pub unsafe fn tile<const MR: usize, const NV: usize>(
    k: usize,
    a: Panel,
    row: usize,
    b: Panel,
    c: *mut f32,
    ldc: usize,
    accumulate: bool,
) {
    // SAFETY: all offsets below stay inside what the caller guarantees.
    unsafe {
        let mut acc = [[F32x4::splat(0.0); NV]; MR];
        let (mut pa, mut pb) = (a.at, b.at);
        // Where B ends takes no register that changes, as a count would.
        let end = hidden(pb.wrapping_add(k * b.step));
        // Rolled on purpose: unrolling lets LLVM hoist loads, and V8 then spills.
        while pb != end {
            let mut bv = [F32x4::splat(0.0); NV];
            if MR > 1 {
                for (j, v) in bv.iter_mut().enumerate() {
                    *v = F32x4::load(pb.add(4 * j));
                }
            }
            let mut number = pa;
            for (i, sums) in acc.iter_mut().enumerate() {
                // From row to row: the compiler would keep all their places, and V8 put the loop's own numbers on the stack.
                if i > 0 {
                    number = hidden(number.add(row));
                }
                let av = F32x4::load_splat(number);
                for (j, (sum, &v)) in sums.iter_mut().zip(&bv).enumerate() {
                    // What one row alone uses needs no register.
                    *sum = av.madd(if MR > 1 { v } else { F32x4::load(pb.add(4 * j)) }, *sum);
                }
            }
            pa = pa.wrapping_add(a.step);
            pb = pb.wrapping_add(b.step);
        }
        let rows: [*mut f32; MR] = std::array::from_fn(|i| {
            let line = c.add(i * ldc);
            // An address that the compiler doesn't know: V8 pairs what lies a constant apart from it, but the compiler would
            // hold an address for each of more than two vectors.
            if NV > 2 {
                hidden(line).cast_mut()
            } else {
                line
            }
        });
        if accumulate {
            for (row, line) in acc.iter_mut().zip(rows) {
                for (j, sum) in row.iter_mut().enumerate() {
                    *sum = *sum + F32x4::load(line.add(4 * j));
                }
            }
        }
        // All loads of C come before all stores: a load between two stores keeps V8 from pairing them.
        for (row, line) in acc.iter().zip(rows) {
            for (j, sum) in row.iter().enumerate() {
                sum.store(line.add(4 * j));
            }
        }
    }
}

/// Panels of one operand, each so many words after the last.
#[derive(Clone, Copy)]
pub struct Panels {
    pub first: Panel,
    pub apart: usize,
}

impl Panels {
    /// Packed panels of so many columns and `steps` steps each, of which k are read.
    pub fn packed(values: &[f32], n: usize, k: usize, columns: usize, steps: usize) -> Panels {
        Panels::lying(values, n, k, columns, columns, columns * steps)
    }

    /// Panels of so many columns that are spread among these values, k steps `step` words apart.
    pub fn lying(values: &[f32], n: usize, k: usize, columns: usize, step: usize, apart: usize) -> Panels {
        let last = n.div_ceil(columns).saturating_sub(1) * apart + k.saturating_sub(1) * step;
        assert!(n * k == 0 || last + columns <= values.len(), "panels of B");
        Panels { first: Panel { at: values.as_ptr(), step }, apart }
    }

    /// Those from one on.
    pub fn from(&self, index: usize) -> Panels {
        Panels { first: self.at(index), ..*self }
    }

    pub fn at(&self, index: usize) -> Panel {
        Panel { at: self.first.at.wrapping_add(index * self.apart), ..self.first }
    }
}

/// Whole tiles side by side and below each other; within each, the rows of A lie `row` words apart.
pub struct Grid {
    pub down: usize,
    pub across: usize,
    pub k: usize,
    pub a: Panels,
    pub row: usize,
    pub b: Panels,
    pub c: *mut f32,
    pub ldc: usize,
    pub accumulate: bool,
}

/// All tiles of a grid in one call: where k is short, calling each tile would take as long as the tile.
///
/// # Safety
/// As [`tile`] for each of the grid's tiles.
unsafe fn grid<const MR: usize, const NV: usize>(grid: &Grid) {
    let Grid { down, across, k, a, row, b, c, ldc, accumulate } = *grid;
    for i in 0..down {
        for j in 0..across {
            // SAFETY: the caller's guarantee.
            unsafe { tile::<MR, NV>(k, a.at(i), row, b.at(j), c.add(i * MR * ldc + j * 4 * NV), ldc, accumulate) }
        }
    }
}

/// A tile's sizes and its code.
#[derive(Clone, Copy)]
pub struct Tile {
    pub name: &'static str,
    pub rows: usize,
    pub columns: usize,
    pub run: unsafe fn(usize, Panel, usize, Panel, *mut f32, usize, bool),
    pub grid: unsafe fn(&Grid),
}

const fn of<const MR: usize, const NV: usize>(name: &'static str) -> Tile {
    Tile { name, rows: MR, columns: 4 * NV, run: tile::<MR, NV>, grid: grid::<MR, NV> }
}

/// Largest tile, in floats: the buffer for tiles that hang over the edge of C.
pub const LARGEST: usize = 4 * 16;

/// The tiles to choose from, first the one that no engine spills; those below are chosen by shape alone. 6×16 spills everywhere.
pub const TILES: [Tile; 3] = [of::<4, 2>("4x8"), of::<6, 2>("6x8"), of::<4, 4>("4x16")];

/// Beside the tile of six rows, for what isn't a sum of sixes.
pub const FIVE: Tile = of::<5, 2>("5x8");

/// For products with fewer than four rows: one row against 16 columns, or against 32: so many sums that none waits for itself.
pub const THIN: Tile = of::<1, 4>("1x16");
pub const WIDE: Tile = of::<1, 8>("1x32");
