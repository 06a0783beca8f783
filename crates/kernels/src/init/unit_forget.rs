use crate::rng::Philox;

/// Zeros, and ones in the second quarter: the bias of an LSTM whose forget gate starts open.
pub fn fill(_arguments: &[f32], _shape: &[usize], _numbers: Philox, out: &mut [f32]) {
    let units = out.len() / 4;
    out.fill(0.0);
    out[units..2 * units].fill(1.0);
}
