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
        [v] => {
            let follow = |_, g, [v]: [F32x4; 1]| {
                let g = flush.gradient(g);
                let v = squares(v, g);
                ([g, v], [v])
            };
            each(weights, gradients, [v], follow, |w, [g, v]| w - change(g, v));
        }
        [v, m] if options[1] > 0.0 => {
            let follow = |_, g, [v, m]: [F32x4; 2]| {
                let g = flush.gradient(g);
                let v = squares(v, g);
                let m = moment(m, change(g, v));
                (m, [v, m])
            };
            each(weights, gradients, [v, m], follow, |w, m| w - m);
        }
        [v, a] => {
            let follow = |_, g, [v, a]: [F32x4; 2]| {
                let g = flush.gradient(g);
                let (v, a) = (squares(v, g), mean(a, g));
                ([g, v - a * a], [v, a])
            };
            each(weights, gradients, [v, a], follow, |w, [g, below]| w - change(g, below));
        }
        [v, m, a] => {
            let follow = |_, g, [v, m, a]: [F32x4; 3]| {
                let g = flush.gradient(g);
                let (v, a) = (squares(v, g), mean(a, g));
                let m = moment(m, change(g, v - a * a));
                (m, [v, m, a])
            };
            each(weights, gradients, [v, m, a], follow, |w, m| w - m);
        }
        _ => {}
    }
}
