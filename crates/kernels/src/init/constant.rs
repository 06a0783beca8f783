use crate::rng::Philox;

/// The argument, everywhere.
pub fn fill(arguments: &[f32], _shape: &[usize], _numbers: Philox, out: &mut [f32]) {
    out.fill(arguments[0]);
}
