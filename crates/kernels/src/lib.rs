//! Pure arithmetic on slices, and the records that a plan is made of.

pub mod record;
pub use record::{Kernel, StepContext};
