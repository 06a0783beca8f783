use super::lanes::{each, Flush};
use super::{power, Optimizer, Step};
use simd::F32x4;

/// Adamax (Kingma and Ba 2014): Adam with the largest gradient, which fades, in place of the second moment:
/// w −= lr/(1 − β1ᵗ)·m/(u + ε), u = max(β2·u, |g|).
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "adamax", options: &["beta1", "beta2", "epsilon"], slots: |_| 2, whole: false, update };

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [beta1, beta2, epsilon] = [options[0], options[1], options[2]];
    let alpha = (step.learning_rate as f64 / (1.0 - power(beta1, step.number))) as f32;
    let [alpha, c1, beta2, epsilon] = [alpha, 1.0 - beta1, beta2, epsilon].map(F32x4::splat);
    let flush = Flush::new();
    let [moment, largest] = slots else { return };
    let follow = |_, g, [m, u]: [F32x4; 2]| {
        let g = flush.gradient(g);
        let m = flush.mean(m + (g - m) * c1);
        let u = flush.mean((beta2 * u).pmax(g.abs()));
        ([m, u], [m, u])
    };
    each(weights, gradients, [moment, largest], follow, |w, [m, u]| w - alpha * m / (u + epsilon));
}
