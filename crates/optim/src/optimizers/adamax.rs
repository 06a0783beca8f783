use super::{flush, power, Optimizer, Step, SMALLEST, SMALLEST_GRADIENT};

/// Adamax (Kingma and Ba 2014): Adam with the largest gradient, which fades, in place of the second moment:
/// w −= lr/(1 − β1ᵗ)·m/(u + ε), u = max(β2·u, |g|).
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "adamax", options: &["beta1", "beta2", "epsilon"], slots: |_| 2, whole: false, update };

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [beta1, beta2, epsilon] = [options[0], options[1], options[2]];
    let alpha = (step.learning_rate as f64 / (1.0 - power(beta1, step.number))) as f32;
    let [moment, largest] = slots else { return };
    let state = moment.iter_mut().zip(largest.iter_mut());
    for ((w, &g), (m, u)) in weights.iter_mut().zip(gradients).zip(state) {
        let g = flush(g, SMALLEST_GRADIENT);
        *m = flush(*m + (g - *m) * (1.0 - beta1), SMALLEST);
        *u = flush((beta2 * *u).max(g.abs()), SMALLEST);
        *w -= alpha * *m / (*u + epsilon);
    }
}
