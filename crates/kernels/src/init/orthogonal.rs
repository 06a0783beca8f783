use crate::rng::Philox;

/// A random matrix with orthonormal rows or columns, times a gain (Saxe et al. 2013); leading axes are flattened.
/// Columns of a normal matrix are made orthonormal by Gram–Schmidt, run twice so that rounding doesn't show; its factor R
/// then has a positive diagonal, which makes the result uniform over all such matrices.
pub fn fill(arguments: &[f32], shape: &[usize], numbers: Philox, out: &mut [f32]) {
    let columns = shape.last().copied().unwrap_or(1).max(1);
    let rows = out.len() / columns;
    let (long, short) = (rows.max(columns), rows.min(columns));
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(short);
    for j in 0..short {
        let mut v: Vec<f64> =
            (0..long.div_ceil(4)).flat_map(|i| numbers.normal4(j as u64, i as u64)).take(long).map(f64::from).collect();
        for _ in 0..2 {
            for u in &vectors {
                let dot: f64 = u.iter().zip(&v).map(|(a, b)| a * b).sum();
                v.iter_mut().zip(u).for_each(|(x, y)| *x -= dot * y);
            }
        }
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.iter_mut().for_each(|x| *x /= norm);
        vectors.push(v);
    }
    for (at, x) in out.iter_mut().enumerate() {
        let (r, c) = (at / columns, at % columns);
        let value = if rows >= columns { vectors[c][r] } else { vectors[r][c] };
        *x = (value * arguments[0] as f64) as f32;
    }
}
