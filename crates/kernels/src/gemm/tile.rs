//! The register tile: MR rows × 4·NV columns of C, held in registers over a whole block of k.
//!
//! 4×8 and 6×8 fit the 15 vector registers that V8 leaves; 4×16 and 8×8 spill unless V8 pairs vectors into 256 bits.
//! Every tile does the same arithmetic for an element: k ascending, one multiply-add per k, blocks of `KC` added in
//! order. So the tile may be chosen by timing without changing a bit.

use simd::F32x4;

/// Where one operand's panel lies: a pointer and how far one step of k moves it.
#[derive(Clone, Copy)]
pub struct Panel {
    pub at: *const f32,
    pub step: usize,
}

/// C[MR × 4·NV] (+)= A panel × B panel.
///
/// # Safety
/// `a` is readable at `a.at + p·a.step + 0..MR` for p < k, `b` likewise for 4·NV values, and `c` is valid for reading and
/// writing MR rows of 4·NV values, `ldc` apart.
#[inline(always)]
pub unsafe fn tile<const MR: usize, const NV: usize>(
    k: usize,
    a: Panel,
    b: Panel,
    c: *mut f32,
    ldc: usize,
    accumulate: bool,
) {
    // SAFETY: all offsets below stay inside what the caller guarantees.
    unsafe {
        let mut acc = [[F32x4::splat(0.0); NV]; MR];
        let (mut pa, mut pb) = (a.at, b.at);
        // Rolled on purpose: unrolling lets LLVM hoist loads, and V8 then spills.
        for _ in 0..k {
            let mut bv = [F32x4::splat(0.0); NV];
            for (j, v) in bv.iter_mut().enumerate() {
                *v = F32x4::load(pb.add(4 * j));
            }
            for (i, row) in acc.iter_mut().enumerate() {
                let av = F32x4::load_splat(pa.add(i));
                for (sum, &v) in row.iter_mut().zip(&bv) {
                    *sum = av.madd(v, *sum);
                }
            }
            pa = pa.add(a.step);
            pb = pb.add(b.step);
        }
        if accumulate {
            for (i, row) in acc.iter_mut().enumerate() {
                for (j, sum) in row.iter_mut().enumerate() {
                    *sum = *sum + F32x4::load(c.add(i * ldc + 4 * j));
                }
            }
        }
        // All loads of C come before all stores: a load between two stores keeps V8 from pairing them.
        for (i, row) in acc.iter().enumerate() {
            for (j, sum) in row.iter().enumerate() {
                sum.store(c.add(i * ldc + 4 * j));
            }
        }
    }
}

/// A tile's sizes and its code.
#[derive(Clone, Copy)]
pub struct Tile {
    pub name: &'static str,
    pub rows: usize,
    pub columns: usize,
    pub run: unsafe fn(usize, Panel, Panel, *mut f32, usize, bool),
}

/// Largest tile, in floats: the buffer for tiles that hang over the edge of C.
pub const LARGEST: usize = 8 * 16;

/// The tiles to choose from; the thin ones are chosen by shape alone.
pub const TILES: [Tile; 4] = [
    Tile { name: "4x8", rows: 4, columns: 8, run: tile::<4, 2> },
    Tile { name: "6x8", rows: 6, columns: 8, run: tile::<6, 2> },
    Tile { name: "4x16", rows: 4, columns: 16, run: tile::<4, 4> },
    Tile { name: "8x8", rows: 8, columns: 8, run: tile::<8, 2> },
];

/// 6×8: the most multiply-adds per load that V8 compiles without spilling.
pub const DEFAULT_TILE: usize = 1;

/// For products with fewer than four rows: one row against 16 columns.
pub const THIN: Tile = Tile { name: "1x16", rows: 1, columns: 16, run: tile::<1, 4> };
