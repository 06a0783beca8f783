//! Models at work: parameters, plans, runs over data sets, slices of steps. Knows nothing of JavaScript.

#![forbid(unsafe_code)]

mod engine;
mod error;
mod execute;
mod model;
mod run;
mod spec;
mod words;

pub use engine::Engine;
pub use error::EngineError;
pub use kernels::gemm::prefer_tile;
pub use run::{Progress, State};
