//! Elements as float32 or int32; floats are truncated, NaN becomes 0.

use crate::prelude::*;
use kernels::DType;

pub static OP: Op = Op {
    name: "cast",
    inputs: &["x"],
    attrs: &[required("dtype", DTypeKind)],
    rule: Rule::Cast,
    lower: Lower::Elementwise(|attrs| {
        // The graph drops casts to the type that a value already has.
        (if attrs.dtype(0) == DType::I32 { Function::ToI32 } else { Function::ToF32 }, [0.0; 2])
    }),
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|p| if r.attrs.dtype(0) == DType::I32 { r.at(0, p).trunc() } else { r.at(0, p) }),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 3]]).attrs(vec![Attr::DType(DType::I32)]).domain(-5.0, 5.0),
            Sample::of(&[&[2, 3]]).attrs(vec![Attr::DType(DType::F32)]).int(0).domain(-5.0, 5.0),
            Sample::of(&[&[2, 3]]).attrs(vec![Attr::DType(DType::U8)]).invalid(),
        ]
    },
};
