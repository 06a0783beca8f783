//! Turning lines of an image into a panel.

use simd::{F32x4, LANES};

/// out[p · M + line] = lines[line][p] for p < len.
#[inline(always)]
pub(super) fn interleave<const M: usize>(lines: &[&[f32]; M], len: usize, out: &mut [f32]) {
    assert!(lines.iter().all(|line| line.len() >= len) && out.len() >= len * M);
    let blocks = len / LANES * LANES;
    // Four rows by four columns turn in registers; where four don't divide M, the last rows overlap those before.
    for block in 0..M.div_ceil(LANES) {
        let first = (block * LANES).min(M - LANES);
        for p in (0..blocks).step_by(LANES) {
            // SAFETY: every line has `len` values, out has M for each of them, and first + 4 ≤ M, p + 4 ≤ len.
            unsafe {
                let rows = std::array::from_fn(|row| F32x4::load(lines[first + row].as_ptr().add(p)));
                let out = out.as_mut_ptr().add(p * M + first);
                for (q, column) in F32x4::transpose(rows).into_iter().enumerate() {
                    column.store(out.add(q * M));
                }
            }
        }
    }
    for (row, line) in lines.iter().enumerate() {
        for p in blocks..len {
            // SAFETY: as above.
            unsafe { *out.get_unchecked_mut(p * M + row) = *line.get_unchecked(p) };
        }
    }
}
