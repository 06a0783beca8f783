//! Copies of memory, often so short that a call would take longer.

use simd::F32x4;

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
