use super::{flush, Optimizer, Step, SMALLEST, SMALLEST_GRADIENT};

/// RMSprop (Hinton 2012), as Keras computes it: ε inside the root.
pub const OPTIMIZER: Optimizer = Optimizer {
    name: "rmsprop",
    options: &["rho", "momentum", "epsilon", "centered"],
    slots: |options| 1 + (options[1] > 0.0) as usize + (options[3] != 0.0) as usize,
    whole: false,
    update,
};

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [rho, momentum, epsilon, centered] = [options[0], options[1], options[2], options[3]];
    let lr = step.learning_rate;
    let (square, rest) = slots.split_at_mut(1);
    let (moment, mean) = rest.split_at_mut((momentum > 0.0) as usize);
    for (i, (w, &g)) in weights.iter_mut().zip(gradients).enumerate() {
        let g = flush(g, SMALLEST_GRADIENT);
        let v = &mut square[0][i];
        *v = flush(rho * *v + (1.0 - rho) * g * g, SMALLEST);
        let mut below = *v;
        if centered != 0.0 {
            let a = &mut mean[0][i];
            *a = flush(rho * *a + (1.0 - rho) * g, SMALLEST);
            below -= *a * *a;
        }
        let change = lr * g / (below + epsilon).sqrt();
        if momentum > 0.0 {
            let m = &mut moment[0][i];
            *m = flush(momentum * *m + change, SMALLEST);
            *w -= *m;
        } else {
            *w -= change;
        }
    }
}
