//! One file per optimizer.

mod adam;
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
    /// `slots` holds as many slices of the weights' length as `slots` says.
    pub update: Update,
}

/// All of them; the index is the code that settings use.
pub static ALL: &[Optimizer] = &[sgd::OPTIMIZER, rmsprop::OPTIMIZER, adam::OPTIMIZER];
