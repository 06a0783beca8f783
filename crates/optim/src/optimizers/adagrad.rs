use super::lanes::{each, Flush};
use super::{Optimizer, Step};
use simd::F32x4;

/// Adagrad (Duchi and others 2011), as Keras computes it: w −= lr·g/√(a + ε) with a = initial value + Σ g². The slot holds
/// the sum alone, so that it starts from 0.
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "adagrad", options: &["initialAccumulatorValue", "epsilon"], slots: |_| 1, whole: false, update };

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [initial, epsilon, lr] = [options[0], options[1], step.learning_rate].map(F32x4::splat);
    let flush = Flush::new();
    let [sum] = slots else { return };
    let follow = |_, g, [a]: [F32x4; 1]| {
        let g = flush.gradient(g);
        let a = a + g * g;
        ([g, a], [a])
    };
    each(weights, gradients, [sum], follow, |w, [g, a]| w - lr * g / (initial + a + epsilon).sqrt());
}
