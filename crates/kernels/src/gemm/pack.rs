//! Packing: copies an operand into panels that a tile walks with unit steps.

use crate::copy::copy_lines;
use crate::turn::turn;
use simd::F32x4;

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

/// As many lines as a tile has rows or columns.
fn whole<const M: usize>(input: &[f32], ld: usize, k: usize, out: &mut [f32]) {
    let lines: [_; M] = std::array::from_fn(|line| &input[line * ld..][..k]);
    turn(&lines, k, out);
}

/// Writes `lines` lines of `k` values (each `ld` after the last) side by side: out[p · columns + line] = in[line · ld + p].
/// Lines beyond `lines` become zero.
pub fn interleave(input: &[f32], ld: usize, lines: usize, k: usize, columns: usize, out: &mut [f32]) {
    let out = &mut out[..k * columns];
    match if lines == columns && k > 0 { columns } else { 0 } {
        4 => return whole::<4>(input, ld, k, out),
        5 => return whole::<5>(input, ld, k, out),
        6 => return whole::<6>(input, ld, k, out),
        8 => return whole::<8>(input, ld, k, out),
        _ => {}
    }
    if lines < columns {
        out.fill(0.0);
    }
    // Squares of 4 × 4 are turned in registers, the last lines with some before them once more; what hangs over goes one by one.
    let steps = if lines < 4 { 0 } else { k & !3 };
    assert!(lines <= columns && (k == 0 || lines == 0 || input.len() >= (lines - 1) * ld + k), "lines to interleave");
    for p in (0..steps).step_by(4) {
        for line in (0..lines).step_by(4) {
            let line = line.min(lines - 4);
            // SAFETY: line + 4 ≤ lines ≤ columns and p + 4 ≤ k; both slices have all lines, asserted above.
            unsafe {
                let row = |i: usize| F32x4::load(input.as_ptr().add((line + i) * ld + p));
                let turned = F32x4::transpose([row(0), row(1), row(2), row(3)]);
                let out = out.as_mut_ptr().add(p * columns + line);
                for (i, values) in turned.into_iter().enumerate() {
                    values.store(out.add(i * columns));
                }
            }
        }
    }
    for line in 0..lines {
        let values = &input[line * ld + steps..line * ld + k];
        for (p, &value) in (steps..k).zip(values) {
            out[p * columns + line] = value;
        }
    }
}
