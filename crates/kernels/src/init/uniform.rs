use crate::rng::Philox;
use simd::F32x4;

/// Uniform between two bounds, the upper one excluded.
pub fn fill(arguments: &[f32], _shape: &[usize], numbers: Philox, out: &mut [f32]) {
    let (low, high) = (arguments[0], arguments[1]);
    for (i, out) in out.chunks_mut(16).enumerate() {
        let u = numbers.uniform16(0, 4 * i as u64).map(F32x4::to_array);
        out.iter_mut().zip(u.as_flattened()).for_each(|(value, u)| *value = low + u * (high - low));
    }
}
