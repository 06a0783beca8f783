//! What an operation's file needs.

pub use crate::op::AttrKind::{Bool, DType as DTypeKind, Ints, F32, I32};
pub use crate::op::{none, optional, required, Attr, Lower, Op};
#[cfg(any(test, feature = "reference"))]
pub use crate::sample::Sample;
pub use crate::shape::Rule;
pub use kernels::Function;
