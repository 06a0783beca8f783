//! Packing: copies an operand into panels that a tile walks with unit steps.

use crate::copy::copy_lines;
use simd::{F32x4, LANES};

/// Packs `width` columns of B from column `j0`, rows `k0..k0 + k`, into a panel `columns` wide, padded with zeros.
/// B is [K × N] with row stride `ld`, or, transposed, [N × K].
#[allow(clippy::too_many_arguments)]
#[inline(never)]
pub fn pack_b(
    b: &[f32],
    ld: usize,
    transposed: bool,
    k0: usize,
    k: usize,
    j0: usize,
    width: usize,
    columns: usize,
    out: &mut [f32],
) {
    let out = &mut out[..k * columns];
    if k == 0 || width == 0 {
        return out.fill(0.0);
    }
    if transposed {
        return interleave(&b[j0 * ld + k0..], ld, width, k, columns, out);
    }
    let b = &b[k0 * ld + j0..][..(k - 1) * ld + width];
    if width < columns {
        out.fill(0.0);
    }
    // SAFETY: k lines of b and of out, just cut to size.
    unsafe { copy_lines(b.as_ptr(), ld, k, width, out.as_mut_ptr(), columns) }
}

/// Writes `lines` lines of `k` values (each `ld` after the last) side by side: out[p · columns + line] = in[line · ld + p].
/// Lines beyond `lines` become zero.
pub fn interleave(input: &[f32], ld: usize, lines: usize, k: usize, columns: usize, out: &mut [f32]) {
    let out = &mut out[..k * columns];
    assert!(lines <= columns && (k == 0 || lines == 0 || input.len() >= (lines - 1) * ld + k), "lines to interleave");
    if lines < columns {
        out.fill(0.0);
    }
    // SAFETY: asserted above. As many lines as most tiles have columns, as a constant.
    unsafe {
        match (lines, columns) {
            (8, 8) => turn(input, ld, 8, k, 8, out),
            _ => turn(input, ld, lines, k, columns, out),
        }
    }
}

/// Squares of 4 × 4 are turned in registers, the last lines with some before them once more; what hangs over goes one by one.
///
/// # Safety
/// `input` has all lines, `out` k times `columns` values, which are no fewer than the lines.
#[inline(always)]
unsafe fn turn(input: &[f32], ld: usize, lines: usize, k: usize, columns: usize, out: &mut [f32]) {
    let steps = if lines < LANES { 0 } else { k / LANES * LANES };
    let (mut from, mut to) = (input.as_ptr(), out.as_mut_ptr());
    for _ in (0..steps).step_by(LANES) {
        for line in (0..lines).step_by(LANES) {
            let line = line.min(lines - LANES);
            // SAFETY: the caller's promise.
            unsafe {
                let row = |i: usize| F32x4::load(from.add((line + i) * ld));
                let turned = F32x4::transpose([row(0), row(1), row(2), row(3)]);
                for (i, values) in turned.into_iter().enumerate() {
                    values.store(to.add(i * columns + line));
                }
            }
        }
        (from, to) = (from.wrapping_add(LANES), to.wrapping_add(LANES * columns));
    }
    for line in 0..lines {
        for p in steps..k {
            out[p * columns + line] = input[line * ld + p];
        }
    }
}
