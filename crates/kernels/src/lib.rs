//! Pure arithmetic on slices, and the records that a plan is made of.

pub mod affine;
pub mod attention;
mod channels;
pub mod conv;
mod copy;
pub mod feed;
pub mod functions;
pub mod fused;
pub mod gemm;
pub mod init;
pub mod iota;
pub mod join;
pub mod layout;
pub mod norm;
pub mod pool;
pub mod random;
pub mod record;
pub mod reduce;
pub mod rng;
pub mod rnn;
pub mod rows;
pub mod testing;
pub mod vecmath;

pub use functions::Function;
pub use record::{DType, Data, Kernel, StepContext};
