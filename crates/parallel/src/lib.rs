//! Threads and the memory they share: regions, barriers, and the spans that kernels read and write.
//! The only room that knows that threads exist; it knows nothing of the work they do.

mod memory;
pub use memory::{Memory, OutOfMemory, Space, Span, SPACES};
