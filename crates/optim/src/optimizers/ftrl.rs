use super::lanes::{each, Flush};
use super::{Optimizer, Step};
use simd::F32x4;

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
    let exponent = options[0];
    let [initial, l1, l2, shrinkage, beta] = std::array::from_fn(|i| F32x4::splat(options[i + 1]));
    let [lr, two, zero] = [step.learning_rate, 2.0, 0.0].map(F32x4::splat);
    let power = |n: F32x4| match exponent {
        -0.5 => n.sqrt(),
        _ => F32x4::from_array(n.to_array().map(|n| (n as f64).powf(-exponent as f64) as f32)),
    };
    let flush = Flush::new();
    let [sum, linear] = slots else { return };
    let follow = |w, g, [n, z]: [F32x4; 2]| {
        let g = flush.gradient(g);
        let before = power(initial + n);
        let n = n + g * g;
        let after = power(initial + n);
        let z = flush.mean(z + g + two * shrinkage * w - (after - before) / lr * w);
        ([z, after], [n, z])
    };
    let change = |_, [z, after]: [F32x4; 2]| ((z.pmin(l1).pmax(zero - l1)) - z) / ((after + beta) / lr + two * l2);
    each(weights, gradients, [sum, linear], follow, change);
}
