use crate::rng::Philox;

/// Uniform between two bounds, the upper one excluded.
pub fn fill(arguments: &[f32], _shape: &[usize], numbers: Philox, out: &mut [f32]) {
    let (low, high) = (arguments[0], arguments[1]);
    for (i, four) in out.chunks_mut(4).enumerate() {
        let u = numbers.uniform4(0, i as u64).map(|u| low + u * (high - low));
        four.copy_from_slice(&u[..four.len()]);
    }
}
