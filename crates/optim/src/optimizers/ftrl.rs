use super::{flush, Optimizer, Step, SMALLEST, SMALLEST_GRADIENT};

/// Ftrl (McMahan and others 2013), with shrinkage: z += g + 2·shrinkage·w − (n'⁻ᵖ − n⁻ᵖ)/lr·w and n' = n + g², then
/// w = (clip(z, ±l1) − z)/((n'⁻ᵖ + β)/lr + 2·l2), p the learning-rate power. The slot of n holds Σ g² alone, so that it
/// starts from 0.
pub const OPTIMIZER: Optimizer = Optimizer {
    name: "ftrl",
    options: &["learningRatePower", "initialAccumulatorValue", "l1", "l2", "l2Shrinkage", "beta"],
    slots: |_| 2,
    whole: false,
    update,
};

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [exponent, initial, l1, l2, shrinkage, beta] = std::array::from_fn(|i| options[i]);
    let lr = step.learning_rate;
    let power = |n: f32| if exponent == -0.5 { n.sqrt() } else { n.powf(-exponent) };
    let [sum, linear] = slots else { return };
    for ((w, &g), (n, z)) in weights.iter_mut().zip(gradients).zip(sum.iter_mut().zip(linear.iter_mut())) {
        let g = flush(g, SMALLEST_GRADIENT);
        let before = power(initial + *n);
        *n += g * g;
        let after = power(initial + *n);
        *z = flush(*z + g + 2.0 * shrinkage * *w - (after - before) / lr * *w, SMALLEST);
        *w = (z.clamp(-l1, l1) - *z) / ((after + beta) / lr + 2.0 * l2);
    }
}
