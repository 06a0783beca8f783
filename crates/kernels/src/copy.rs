//! Copies of memory, often so short that a call would take longer.

use simd::{F32x4, LANES};

/// Values up to which a call to copy memory would take longer than the copy.
const FEW: usize = 64;

/// Values, often few, and zeros after them.
pub(crate) fn copy(from: &[f32], to: &mut [f32]) {
    let (filled, rest) = to.split_at_mut(from.len());
    if from.len() > FEW {
        filled.copy_from_slice(from);
        return rest.fill(0.0);
    }
    for i in (0..from.len() & !3).step_by(4) {
        F32x4::from_slice(&from[i..]).to_slice(&mut filled[i..]);
    }
    if from.len() >= 4 {
        // What hangs over, with some before it once more.
        let last = from.len() - 4;
        F32x4::from_slice(&from[last..]).to_slice(&mut filled[last..]);
    } else {
        filled.iter_mut().zip(from).for_each(|(value, &x)| *value = x);
    }
    rest.iter_mut().for_each(|value| *value = 0.0);
}

/// Copies `count` lines of `width` values, `ld` words from each other, to places that lie `apart` words from each other.
///
/// # Safety
/// All lines are readable, and their places writable.
pub(crate) unsafe fn copy_lines(from: *const f32, ld: usize, count: usize, width: usize, to: *mut f32, apart: usize) {
    // The widths of tiles and of blocks as constants, so that each line is a few loads and stores.
    // SAFETY: the caller's guarantee.
    unsafe {
        match width {
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
