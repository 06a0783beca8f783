use super::lanes::{each, Flush};
use super::{Optimizer, Step};
use simd::F32x4;

/// Gradient descent: w −= lr·g; with momentum m = μ·m − lr·g, w += m, or, Nesterov's way, w += μ·m − lr·g.
pub const OPTIMIZER: Optimizer = Optimizer {
    name: "sgd",
    options: &["momentum", "nesterov"],
    slots: |options| (options[0] != 0.0) as usize,
    whole: false,
    update,
};

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let nesterov = options[1] != 0.0;
    let (momentum, lr, flush) = (F32x4::splat(options[0]), F32x4::splat(step.learning_rate), Flush::new());
    match slots {
        [] => each(weights, gradients, [], |_, g, []| (g, []), |w, g| w - lr * g),
        [v] => {
            let follow = |_, g, [v]: [F32x4; 1]| {
                let v = flush.mean(momentum * v - lr * g);
                (if nesterov { momentum * v - lr * g } else { v }, [v])
            };
            each(weights, gradients, [v], follow, |w, by| w + by);
        }
        _ => {}
    }
}
