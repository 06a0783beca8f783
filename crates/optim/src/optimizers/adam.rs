use super::lanes::{each, Flush};
use super::{power, Optimizer, Step};
use simd::F32x4;

/// Adam (Kingma and Ba 2014): w −= lr·√(1 − β2ᵗ)/(1 − β1ᵗ)·m/(√v + ε), where ε is ε̂ of the paper, beside the
/// uncorrected root, as in Keras. AdamW is Adam with the weight decay that the settings carry.
pub const OPTIMIZER: Optimizer = Optimizer {
    name: "adam",
    options: &["beta1", "beta2", "epsilon", "amsgrad"],
    slots: |options| 2 + (options[3] != 0.0) as usize,
    whole: false,
    update,
};

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [beta1, beta2, epsilon] = [options[0], options[1], options[2]];
    let alpha = (step.learning_rate as f64 * (1.0 - power(beta2, step.number)).sqrt()
        / (1.0 - power(beta1, step.number))) as f32;
    let [alpha, c1, c2, epsilon] = [alpha, 1.0 - beta1, 1.0 - beta2, epsilon].map(F32x4::splat);
    let flush = Flush::new();
    let moments = |g: F32x4, m: F32x4, v: F32x4| {
        let g = flush.gradient(g);
        (flush.mean(m + (g - m) * c1), flush.mean(v + (g * g - v) * c2))
    };
    let change = |w: F32x4, [m, v]: [F32x4; 2]| w - alpha * m / (v.sqrt() + epsilon);
    match slots {
        [m, v] => {
            let follow = |_, g, [m, v]: [F32x4; 2]| {
                let (m, v) = moments(g, m, v);
                ([m, v], [m, v])
            };
            each(weights, gradients, [m, v], follow, change);
        }
        [m, v, largest] => {
            let follow = |_, g, [m, v, largest]: [F32x4; 3]| {
                let (m, v) = moments(g, m, v);
                let largest = largest.pmax(v);
                ([m, largest], [m, v, largest])
            };
            each(weights, gradients, [m, v, largest], follow, change);
        }
        _ => {}
    }
}
