use crate::rng::Philox;

/// The argument (gain) on the main diagonal of a matrix, zero elsewhere.
pub fn fill(arguments: &[f32], shape: &[usize], _numbers: Philox, out: &mut [f32]) {
    out.fill(0.0);
    let columns = shape.last().copied().unwrap_or(1).max(1);
    out.iter_mut().step_by(columns + 1).take(columns).for_each(|x| *x = arguments[0]);
}
