use super::{flush, Optimizer, Step, SMALLEST, SMALLEST_GRADIENT};

/// Adadelta (Zeiler 2012): w −= lr·d with d = √(u + ε)/√(v + ε)·g, v and u the running means of g² and d².
pub const OPTIMIZER: Optimizer =
    Optimizer { name: "adadelta", options: &["rho", "epsilon"], slots: |_| 2, whole: false, update };

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let (rho, epsilon, lr) = (options[0], options[1], step.learning_rate);
    let [squares, changes] = slots else { return };
    let state = squares.iter_mut().zip(changes.iter_mut());
    for ((w, &g), (v, u)) in weights.iter_mut().zip(gradients).zip(state) {
        let g = flush(g, SMALLEST_GRADIENT);
        *v = flush(rho * *v + (1.0 - rho) * g * g, SMALLEST);
        let d = flush((*u + epsilon).sqrt() * g / (*v + epsilon).sqrt(), SMALLEST_GRADIENT);
        *u = flush(rho * *u + (1.0 - rho) * d * d, SMALLEST);
        *w -= lr * d;
    }
}
