use super::lanes::{each, Flush};
use super::{Optimizer, Step};
use simd::F32x4;

/// RMSprop (Hinton 2012), as Keras computes it: ε inside the root.
pub const OPTIMIZER: Optimizer = Optimizer {
    name: "rmsprop",
    options: &["rho", "momentum", "epsilon", "centered"],
    slots: |options| 1 + (options[1] > 0.0) as usize + (options[3] != 0.0) as usize,
    whole: false,
    update,
};

fn update(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]) {
    let [rho, momentum, epsilon] = [options[0], options[1], options[2]].map(F32x4::splat);
    let (rest, lr) = (F32x4::splat(1.0 - options[0]), F32x4::splat(step.learning_rate));
    let flush = Flush::new();
    let squares = |v: F32x4, g: F32x4| flush.mean(rho * v + rest * g * g);
    let mean = |a: F32x4, g: F32x4| flush.mean(rho * a + rest * g);
    let change = |g: F32x4, below: F32x4| lr * g / (below + epsilon).sqrt();
    let moment = |m: F32x4, change: F32x4| flush.mean(momentum * m + change);
    match slots {
        [v] => each(weights, gradients, [v], |w, g, [v]| {
            let g = flush.gradient(g);
            let v = squares(v, g);
            (w - change(g, v), [v])
        }),
        [v, m] if options[1] > 0.0 => each(weights, gradients, [v, m], |w, g, [v, m]| {
            let g = flush.gradient(g);
            let v = squares(v, g);
            let m = moment(m, change(g, v));
            (w - m, [v, m])
        }),
        [v, a] => each(weights, gradients, [v, a], |w, g, [v, a]| {
            let g = flush.gradient(g);
            let (v, a) = (squares(v, g), mean(a, g));
            (w - change(g, v - a * a), [v, a])
        }),
        [v, m, a] => each(weights, gradients, [v, m, a], |w, g, [v, m, a]| {
            let g = flush.gradient(g);
            let (v, a) = (squares(v, g), mean(a, g));
            let m = moment(m, change(g, v - a * a));
            (w - m, [v, m, a])
        }),
        _ => {}
    }
}
