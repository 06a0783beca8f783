use super::{flush, flushed, power, Optimizer, Step, FLUSHED, SMALLEST, SMALLEST_GRADIENT};
use simd::F32x8;

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
    let [smallest_gradient, smallest] = FLUSHED.read_twice();
    let [alphas, c1, c2, epsilons] = [alpha, 1.0 - beta1, 1.0 - beta2, epsilon].map(F32x8::splat);
    let whole = weights.len() & !7;
    let slots = m.chunks_exact_mut(8).zip(v.chunks_exact_mut(8));
    for ((w, g), (m, v)) in weights.chunks_exact_mut(8).zip(gradients.chunks_exact(8)).zip(slots) {
        let g = flushed(F32x8::from_slice(g), smallest_gradient);
        let (m0, v0) = (F32x8::from_slice(m), F32x8::from_slice(v));
        let m1 = flushed(m0 + (g - m0) * c1, smallest);
        let v1 = flushed(v0 + (g * g - v0) * c2, smallest);
        m1.to_slice(m);
        v1.to_slice(v);
        (F32x8::from_slice(w) - alphas * m1 / (v1.sqrt() + epsilons)).to_slice(w);
    }
    for i in whole..weights.len() {
        let g = flush(gradients[i], SMALLEST_GRADIENT);
        m[i] = flush(m[i] + (g - m[i]) * (1.0 - beta1), SMALLEST);
        v[i] = flush(v[i] + (g * g - v[i]) * (1.0 - beta2), SMALLEST);
        weights[i] -= alpha * m[i] / (v[i].sqrt() + epsilon);
    }
}
