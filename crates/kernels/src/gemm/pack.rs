//! Packing: copies an operand into panels that a tile walks with unit steps.

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
            row[..width].copy_from_slice(&b[from..from + width]);
            row[width..].fill(0.0);
        }
    }
}

/// Writes `lines` lines of `k` values (each `ld` after the last) side by side: out[p · columns + line] = in[line · ld + p].
/// Lines beyond `lines` become zero.
pub fn interleave(input: &[f32], ld: usize, lines: usize, k: usize, columns: usize, out: &mut [f32]) {
    let out = &mut out[..k * columns];
    if lines < columns {
        out.fill(0.0);
    }
    // Blocks of 16 columns of k keep the written panel and the read lines in L1 together.
    for p0 in (0..k).step_by(16) {
        let p1 = (p0 + 16).min(k);
        for line in 0..lines {
            let values = &input[line * ld + p0..line * ld + p1];
            for (p, &value) in (p0..p1).zip(values) {
                out[p * columns + line] = value;
            }
        }
    }
}
