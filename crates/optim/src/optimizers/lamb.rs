use super::lanes::{SMALLEST, SMALLEST_GRADIENT};
use super::{power, Optimizer};

/// Lamb (You and others 2019): Adam's step, scaled for each weight to the weight's own norm.
pub const OPTIMIZER: Optimizer = Optimizer {
    name: "lamb",
    options: &["beta1", "beta2", "epsilon"],
    slots: |_| 2,
    whole: true,
    update: |options, step, weights, gradients, slots| {
        let [beta1, beta2, epsilon] = [options[0], options[1], options[2]];
        let corrections = [beta1, beta2].map(|beta| (1.0 - power(beta, step.number)) as f32);
        let [m, v] = slots else { return };
        let direction = |m: f32, v: f32| m / corrections[0] / ((v / corrections[1]).sqrt() + epsilon);
        let (mut own, mut squares) = (0f64, 0f64);
        for (((&w, &g), m), v) in weights.iter().zip(gradients).zip(m.iter_mut()).zip(v.iter_mut()) {
            *m = flush(*m + (g - *m) * (1.0 - beta1), SMALLEST);
            *v = flush(*v + (flush(g, SMALLEST_GRADIENT).powi(2) - *v) * (1.0 - beta2), SMALLEST);
            own += (w as f64).powi(2);
            squares += (direction(*m, *v) as f64).powi(2);
        }
        let ratio = if own > 0.0 && squares > 0.0 { (own / squares).sqrt() } else { 1.0 };
        let rate = (ratio * step.learning_rate as f64) as f32;
        for ((w, &m), &v) in weights.iter_mut().zip(m.iter()).zip(v.iter()) {
            *w -= rate * direction(m, v);
        }
    },
};

fn flush(x: f32, smallest: f32) -> f32 {
    if x.abs() < smallest {
        0.0
    } else {
        x
    }
}
