use super::{flush, power, Optimizer, Step, SMALLEST, SMALLEST_GRADIENT};
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

fn flushed(x: F32x4, smallest: f32) -> F32x4 {
    x.abs().less(F32x4::splat(smallest)).select(F32x4::splat(0.0), x)
}

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [beta1, beta2, epsilon] = [options[0], options[1], options[2]];
    let alpha = (step.learning_rate as f64 * (1.0 - power(beta2, step.number)).sqrt()
        / (1.0 - power(beta1, step.number))) as f32;
    if let [m, v, largest] = slots {
        for (i, (w, &g)) in weights.iter_mut().zip(gradients).enumerate() {
            let g = flush(g, SMALLEST_GRADIENT);
            m[i] = flush(m[i] + (g - m[i]) * (1.0 - beta1), SMALLEST);
            v[i] = flush(v[i] + (g * g - v[i]) * (1.0 - beta2), SMALLEST);
            largest[i] = largest[i].max(v[i]);
            *w -= alpha * m[i] / (largest[i].sqrt() + epsilon);
        }
        return;
    }
    let [m, v] = slots else { return };
    let (c1, c2) = (F32x4::splat(1.0 - beta1), F32x4::splat(1.0 - beta2));
    let whole = weights.len() & !3;
    for i in (0..whole).step_by(4) {
        let (w, g) = (F32x4::from_slice(&weights[i..]), F32x4::from_slice(&gradients[i..]));
        let g = flushed(g, SMALLEST_GRADIENT);
        let (m0, v0) = (F32x4::from_slice(&m[i..]), F32x4::from_slice(&v[i..]));
        let m1 = flushed(m0 + (g - m0) * c1, SMALLEST);
        let v1 = flushed(v0 + (g * g - v0) * c2, SMALLEST);
        let change = F32x4::splat(alpha) * m1 / (v1.sqrt() + F32x4::splat(epsilon));
        m1.to_slice(&mut m[i..]);
        v1.to_slice(&mut v[i..]);
        (w - change).to_slice(&mut weights[i..]);
    }
    for i in whole..weights.len() {
        let g = flush(gradients[i], SMALLEST_GRADIENT);
        m[i] = flush(m[i] + (g - m[i]) * (1.0 - beta1), SMALLEST);
        v[i] = flush(v[i] + (g * g - v[i]) * (1.0 - beta2), SMALLEST);
        weights[i] -= alpha * m[i] / (v[i].sqrt() + epsilon);
    }
}
