//! One file per schedule: the learning rate of a step, computed here so that every platform gets the same bits.

mod constant;
mod cosine_decay;
mod cosine_decay_restarts;
mod exponential_decay;
mod inverse_time_decay;
mod piecewise_constant;
mod polynomial_decay;

/// A schedule: the learning rate at a step counted from 0.
pub struct Schedule {
    pub name: &'static str,
    /// Whether so many arguments make sense.
    pub accepts: fn(arguments: usize) -> bool,
    pub rate: fn(arguments: &[f32], step: u64) -> f64,
}

/// All of them; the index is the code that settings use.
pub static ALL: &[Schedule] = &[
    constant::SCHEDULE,
    cosine_decay::SCHEDULE,
    piecewise_constant::SCHEDULE,
    exponential_decay::SCHEDULE,
    inverse_time_decay::SCHEDULE,
    polynomial_decay::SCHEDULE,
    cosine_decay_restarts::SCHEDULE,
];
