//! Copies of memory, often so short that a call would take longer.

use simd::{F32x4, LANES};

/// Values from which on a copy is worth a call.
const MANY: usize = 64;

/// Values, often few, and zeros after them.
pub(crate) fn copy(from: &[f32], to: &mut [f32]) {
    let (filled, rest) = to.split_at_mut(from.len());
    if from.len() >= MANY {
        copy_many(from, filled);
    } else if from.len() >= LANES {
        // SAFETY: as many values, at least a vector.
        unsafe { lines(from.as_ptr(), 0, 1, from.len(), filled.as_mut_ptr(), 0) }
    } else {
        filled.iter_mut().zip(from).for_each(|(value, &x)| *value = x);
    }
    rest.iter_mut().for_each(|value| *value = 0.0);
}

/// In vectors: the engine's own way of copying in memory that threads share takes a word at a time.
#[inline(never)]
fn copy_many(from: &[f32], to: &mut [f32]) {
    let mut places = to.chunks_exact_mut(4 * LANES);
    for (to, from) in (&mut places).zip(from.chunks_exact(4 * LANES)) {
        let vectors: [_; 4] = std::array::from_fn(|i| F32x4::from_slice(&from[i * LANES..]));
        vectors.into_iter().enumerate().for_each(|(i, v)| v.to_slice(&mut to[i * LANES..]));
    }
    let rest = places.into_remainder();
    rest.iter_mut().zip(&from[from.len() / (4 * LANES) * (4 * LANES)..]).for_each(|(value, &x)| *value = x);
}

/// Copies `count` lines of `width` values, `ld` words from each other, to places that lie `apart` words from each other.
///
/// # Safety
/// All lines are readable, and their places writable.
pub(crate) unsafe fn copy_lines(from: *const f32, ld: usize, count: usize, width: usize, to: *mut f32, apart: usize) {
    // The widths of tiles, of blocks and of kernels as constants, so that each line is a few loads and stores.
    // SAFETY: the caller's guarantee.
    unsafe {
        match width {
            3 => lines(from, ld, count, 3, to, apart),
            4 => lines(from, ld, count, 4, to, apart),
            5 => lines(from, ld, count, 5, to, apart),
            6 => lines(from, ld, count, 6, to, apart),
            8 => lines(from, ld, count, 8, to, apart),
            16 => lines(from, ld, count, 16, to, apart),
            _ => lines(from, ld, count, width, to, apart),
        }
    }
}

/// The last values of a line with some before them once more.
///
/// # Safety
/// As [`copy_lines`].
#[inline(always)]
unsafe fn lines(mut from: *const f32, ld: usize, count: usize, width: usize, mut to: *mut f32, apart: usize) {
    for _ in 0..count {
        // SAFETY: the caller's guarantee; all places lie before `width`.
        unsafe {
            if width < LANES {
                (0..width).for_each(|i| *to.add(i) = *from.add(i));
            } else {
                for at in (0..width).step_by(LANES) {
                    let at = at.min(width - LANES);
                    F32x4::load(from.add(at)).store(to.add(at));
                }
            }
        }
        (from, to) = (from.wrapping_add(ld), to.wrapping_add(apart));
    }
}
