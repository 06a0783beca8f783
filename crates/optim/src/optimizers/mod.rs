//! One file per optimizer.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod ftrl;
mod lamb;
mod lanes;
mod lion;
mod nadam;
mod rmsprop;
mod sgd;

/// What an optimizer knows about the step that it makes.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub learning_rate: f32,
    /// 1 for the first step.
    pub number: u64,
}

/// Changes a chunk of weights, given its gradients and the same chunk of each slot.
pub type Update = fn(options: &[f32], step: Step, weights: &mut [f32], gradients: &[f32], slots: &mut [&mut [f32]]);

/// An optimizer: how many numbers it keeps per weight, and how they and the weights change.
pub struct Optimizer {
    pub name: &'static str,
    /// Names of its options, in the order in which settings carry them.
    pub options: &'static [&'static str],
    pub slots: fn(options: &[f32]) -> usize,
    /// Whether the update must see a weight as a whole and not in chunks.
    pub whole: bool,
    /// `slots` holds as many slices of the weights' length as `slots` says.
    pub update: Update,
}

/// beta to the power of a step's number.
fn power(beta: f32, number: u64) -> f64 {
    (beta as f64).powi(number.min(i32::MAX as u64) as i32)
}

/// All of them; the index is the code that settings use.
pub static ALL: &[Optimizer] = &[
    sgd::OPTIMIZER,
    rmsprop::OPTIMIZER,
    adam::OPTIMIZER,
    adagrad::OPTIMIZER,
    adadelta::OPTIMIZER,
    adamax::OPTIMIZER,
    nadam::OPTIMIZER,
    lion::OPTIMIZER,
    ftrl::OPTIMIZER,
    lamb::OPTIMIZER,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// After one gradient and then none, no optimizer is left with numbers that are slow to compute with.
    #[test]
    fn means_of_vanished_gradients_become_zero() {
        for optimizer in ALL {
            let options: Vec<f32> =
                optimizer.options.iter().map(|&o| if o == "epsilon" { 1e-7 } else { 0.9 }).collect();
            let mut slots = vec![vec![0f32; 7]; (optimizer.slots)(&options)];
            let mut weights = [1f32; 7];
            for number in 1..=1200 {
                let gradients = [if number == 1 { 0.1 } else { 1e-30 }; 7];
                let mut views: Vec<&mut [f32]> = slots.iter_mut().map(Vec::as_mut_slice).collect();
                (optimizer.update)(
                    &options,
                    Step { learning_rate: 0.01, number },
                    &mut weights,
                    &gradients,
                    &mut views,
                );
            }
            let subnormal = slots.iter().flatten().chain(&weights).filter(|x| x.is_subnormal()).count();
            assert_eq!(subnormal, 0, "{}", optimizer.name);
        }
    }
}
