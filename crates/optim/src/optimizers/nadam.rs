use super::lanes::{each, Flush};
use super::{power, Optimizer, Step};
use simd::F32x4;

/// Nadam (Dozat 2015): Adam with Nesterov's momentum, whose share of step t is μₜ = β1·(1 − 0.96ᵗ/2).
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "nadam", options: &["beta1", "beta2", "epsilon"], slots: |_| 2, whole: false, update };

/// 0.96ᵗ/2 changes no product any more after so many steps.
const FADED: u64 = 1000;

/// μ1·…·μₜ: Π (1 − 0.96ⁱ/2), which soon stands still, times β1ᵗ.
fn product(beta1: f32, number: u64) -> f64 {
    let fading = (1..=number.min(FADED)).scan(1.0, |p, _| {
        *p *= 0.96;
        Some(1.0 - 0.5 * *p)
    });
    fading.product::<f64>() * power(beta1, number)
}

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [beta1, beta2, epsilon] = [options[0], options[1], options[2]];
    let share = |t: u64| beta1 as f64 * (1.0 - 0.5 * power(0.96, t));
    let (now, next) = (share(step.number), share(step.number + 1));
    let so_far = product(beta1, step.number);
    let lr = step.learning_rate as f64;
    let of_moment = (lr * next / (1.0 - so_far * next)) as f32;
    let of_gradient = (lr * (1.0 - now) / (1.0 - so_far)) as f32;
    let unbias = (1.0 / (1.0 - power(beta2, step.number))) as f32;
    let [of_moment, of_gradient, unbias] = [of_moment, of_gradient, unbias].map(F32x4::splat);
    let [c1, c2, epsilon] = [1.0 - beta1, 1.0 - beta2, epsilon].map(F32x4::splat);
    let flush = Flush::new();
    let [moment, squares] = slots else { return };
    let follow = |_, g, [m, v]: [F32x4; 2]| {
        let g = flush.gradient(g);
        let m = flush.mean(m + (g - m) * c1);
        let v = flush.mean(v + (g * g - v) * c2);
        ([of_moment * m + of_gradient * g, v], [m, v])
    };
    each(weights, gradients, [moment, squares], follow, |w, [m, v]| w - m / ((v * unbias).sqrt() + epsilon));
}
