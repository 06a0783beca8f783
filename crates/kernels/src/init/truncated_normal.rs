use crate::rng::Philox;

/// Normal with mean and standard deviation; numbers beyond two deviations are drawn again.
pub fn fill(arguments: &[f32], _shape: &[usize], numbers: Philox, out: &mut [f32]) {
    for (i, x) in out.iter_mut().enumerate() {
        let z = (0..).flat_map(|attempt| numbers.normal4(attempt, i as u64)).find(|z| z.abs() <= 2.0).unwrap_or(0.0);
        *x = arguments[0] + z * arguments[1];
    }
}
