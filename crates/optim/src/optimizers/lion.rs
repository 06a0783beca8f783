use super::lanes::{each, Flush};
use super::{Optimizer, Step};
use simd::F32x4;

/// Lion (Chen and others 2023): w −= lr·sign(β1·m + (1 − β1)·g), then m = β2·m + (1 − β2)·g.
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "lion", options: &["beta1", "beta2"], slots: |_| 1, whole: false, update };

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [beta1, rest1, beta2, rest2] = [options[0], 1.0 - options[0], options[1], 1.0 - options[1]].map(F32x4::splat);
    let [zero, up, down] = [0.0, step.learning_rate, -step.learning_rate].map(F32x4::splat);
    let flush = Flush::new();
    let [moment] = slots else { return };
    let follow = |_, g, [m]: [F32x4; 1]| {
        let direction = beta1 * m + rest1 * g;
        // The sign of 0 is 0.
        let change = zero.less(direction).select(up, direction.less(zero).select(down, zero));
        (change, [flush.mean(beta2 * m + rest2 * g)])
    };
    each(weights, gradients, [moment], follow, |w, change| w - change);
}
