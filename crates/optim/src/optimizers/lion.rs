use super::{flush, Optimizer, Step, SMALLEST};

/// Lion (Chen and others 2023): w −= lr·sign(β1·m + (1 − β1)·g), then m = β2·m + (1 − β2)·g.
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "lion", options: &["beta1", "beta2"], slots: |_| 1, whole: false, update };

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let (beta1, beta2, lr) = (options[0], options[1], step.learning_rate);
    let [moment] = slots else { return };
    for ((w, &g), m) in weights.iter_mut().zip(gradients).zip(moment.iter_mut()) {
        let direction = beta1 * *m + (1.0 - beta1) * g;
        // The sign of 0 is 0.
        *w -= lr * ((direction > 0.0) as u32 as f32 - (direction < 0.0) as u32 as f32);
        *m = flush(beta2 * *m + (1.0 - beta2) * g, SMALLEST);
    }
}
