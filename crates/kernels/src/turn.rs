//! Turning lines side by side, as the panels of a matrix product want them.

use simd::{F32x4, LANES};

/// out[p · M + line] = lines[line][p] for p < len.
#[inline(never)]
pub fn turn<const M: usize>(lines: &[&[f32]; M], len: usize, out: &mut [f32]) {
    assert!(lines.iter().all(|line| line.len() >= len) && out.len() >= len * M);
    let blocks = len / LANES * LANES;
    let (mut rows, mut place) = (lines.each_ref().map(|line| line.as_ptr()), out.as_mut_ptr());
    for _ in (0..blocks).step_by(LANES) {
        // SAFETY: every line has `blocks` values, and out has M for each of them.
        unsafe {
            let row = |line: usize| F32x4::load(rows[line]);
            if M == 6 {
                six([row(0), row(1), row(2), row(3), row(4), row(5)], place);
            } else {
                four::<M>(row, place);
            }
        }
        rows = rows.map(|row| row.wrapping_add(LANES));
        place = place.wrapping_add(LANES * M);
    }
    for (row, line) in lines.iter().enumerate() {
        for p in blocks..len {
            // SAFETY: as above.
            unsafe { *out.get_unchecked_mut(p * M + row) = *line.get_unchecked(p) };
        }
    }
}

/// Four columns of M rows, four rows at a time, the last with some before them once more.
///
/// # Safety
/// `out` has room for 4 · M values.
#[inline(always)]
unsafe fn four<const M: usize>(row: impl Fn(usize) -> F32x4, out: *mut f32) {
    for first in (0..M).step_by(LANES) {
        let first = first.min(M - LANES);
        let columns = F32x4::transpose(std::array::from_fn(|i| row(first + i)));
        for (q, column) in columns.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { column.store(out.add(q * M + first)) };
        }
    }
}

/// Four columns of six rows: pairs of rows, joined to whole vectors across the ends of columns.
///
/// # Safety
/// `out` has room for 24 values.
#[inline(always)]
unsafe fn six(rows: [F32x4; 6], out: *mut f32) {
    let [a, b, c] = [rows[0].zip(rows[1]), rows[2].zip(rows[3]), rows[4].zip(rows[5])];
    for half in 0..2 {
        let (a, b, c) = (a[half], b[half], c[half]);
        for (i, values) in [a.low_low(b), c.low_high(a), b.high_high(c)].into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { values.store(out.add(12 * half + LANES * i)) };
        }
    }
}
