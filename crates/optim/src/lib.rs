//! Optimizers and learning-rate schedules: one file each, over contiguous memory.

mod accumulate;
mod apply;
mod clip;
pub mod constraints;
pub mod optimizers;
pub mod schedules;
mod settings;

pub use settings::{Settings, SettingsError, Variable};
