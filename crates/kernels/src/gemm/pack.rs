//! Packing: copies an operand into panels that a tile walks with unit steps.

use simd::F32x4;

/// Packs `width` columns of B from column `j0`, rows `k0..k0 + k`, into a panel `columns` wide, padded with zeros.
/// B is [K × N] with row stride `ld`, or, transposed, [N × K].
#[allow(clippy::too_many_arguments)]
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
    if transposed {
        interleave(&b[j0 * ld + k0..], ld, width, k, columns, out);
    } else {
        for (p, row) in out.chunks_exact_mut(columns).enumerate() {
            let from = (k0 + p) * ld + j0;
            copy(&b[from..from + width], row);
        }
    }
}

/// A few values and zeros after them; a call to copy so little memory would take longer than the copy.
fn copy(from: &[f32], to: &mut [f32]) {
    let whole = from.len() & !3;
    for i in (0..whole).step_by(4) {
        F32x4::from_slice(&from[i..]).to_slice(&mut to[i..]);
    }
    let (filled, rest) = to.split_at_mut(from.len());
    filled[whole..].iter_mut().zip(&from[whole..]).for_each(|(value, &x)| *value = x);
    rest.iter_mut().for_each(|value| *value = 0.0);
}

/// Writes `lines` lines of `k` values (each `ld` after the last) side by side: out[p · columns + line] = in[line · ld + p].
/// Lines beyond `lines` become zero.
pub fn interleave(input: &[f32], ld: usize, lines: usize, k: usize, columns: usize, out: &mut [f32]) {
    let out = &mut out[..k * columns];
    if lines < columns {
        out.fill(0.0);
    }
    // Squares of 4 × 4 are turned in registers; what hangs over goes one by one.
    let (fours, steps) = (lines & !3, k & !3);
    for p in (0..steps).step_by(4) {
        for line in (0..fours).step_by(4) {
            let row = |i: usize| F32x4::from_slice(&input[(line + i) * ld + p..]);
            let turned = F32x4::transpose([row(0), row(1), row(2), row(3)]);
            for (i, values) in turned.into_iter().enumerate() {
                values.to_slice(&mut out[(p + i) * columns + line..]);
            }
        }
    }
    for line in 0..lines {
        let from = if line < fours { steps } else { 0 };
        let values = &input[line * ld + from..line * ld + k];
        for (p, &value) in (from..k).zip(values) {
            out[p * columns + line] = value;
        }
    }
}
