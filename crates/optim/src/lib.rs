//! Optimizers and learning-rate schedules: one file each, over contiguous memory.

mod apply;
mod clip;
pub mod optimizers;
pub mod schedules;
mod settings;

pub use settings::{Settings, SettingsError};
