use super::{flush, Optimizer, Step, SMALLEST};

/// Gradient descent: w −= lr·g; with momentum m = μ·m − lr·g, w += m, or, Nesterov's way, w += μ·m − lr·g.
pub const OPTIMIZER: Optimizer = Optimizer {
    name: "sgd",
    options: &["momentum", "nesterov"],
    slots: |options| (options[0] != 0.0) as usize,
    whole: false,
    update,
};

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let (momentum, nesterov, lr) = (options[0], options[1] != 0.0, step.learning_rate);
    let [velocity] = slots else {
        return weights.iter_mut().zip(gradients).for_each(|(w, g)| *w -= lr * g);
    };
    for ((w, g), v) in weights.iter_mut().zip(gradients).zip(velocity.iter_mut()) {
        *v = flush(momentum * *v - lr * g, SMALLEST);
        *w += if nesterov { momentum * *v - lr * g } else { *v };
    }
}
