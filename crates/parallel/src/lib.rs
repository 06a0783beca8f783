//! Threads and the memory they share: regions, barriers, and the spans that kernels read and write.
//! The only room that knows that threads exist; it knows nothing of the work they do.
#![cfg_attr(target_arch = "wasm32", feature(stdarch_wasm_atomic_wait))]

mod allocator;
mod barrier;
mod memory;
mod region;
mod stagger;
mod sync;

pub use allocator::{memory_full, Allocator};
pub use barrier::{poison, poisoned, slept};
pub use memory::{memory_limit, set_memory_limit, Memory, OutOfMemory, Space, Span, SPACES};
pub use region::{region, Leader, Scratch, Team};
