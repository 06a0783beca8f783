use super::lanes::{each, Flush};
use super::{Optimizer, Step};
use simd::F32x4;

/// Adadelta (Zeiler 2012): w −= lr·d with d = √(u + ε)/√(v + ε)·g, v and u the running means of g² and d².
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "adadelta", options: &["rho", "epsilon"], slots: |_| 2, whole: false, update };

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [rho, rest, epsilon, lr] = [options[0], 1.0 - options[0], options[1], step.learning_rate].map(F32x4::splat);
    let flush = Flush::new();
    let [squares, changes] = slots else { return };
    let follow = |_, g, [v, u]: [F32x4; 2]| {
        let g = flush.gradient(g);
        let v = flush.mean(rho * v + rest * g * g);
        let d = flush.gradient((u + epsilon).sqrt() * g / (v + epsilon).sqrt());
        (d, [v, flush.mean(rho * u + rest * d * d)])
    };
    each(weights, gradients, [squares, changes], follow, |w, d| w - lr * d);
}
