//! One number everywhere.

use crate::prelude::*;
use kernels::layout::Fill;
use kernels::DType;

pub static OP: Op = Op {
    name: "constant",
    inputs: &[],
    attrs: &[required("shape", Ints), required("dtype", DTypeKind), required("value", F32)],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let value = l.attrs.f32(2);
            let bits = if l.attrs.dtype(1) == DType::I32 { value as i32 as u32 } else { value.to_bits() };
            push(Box::new(Fill { out: l.out, bits }));
        },
    },
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|_| r.attrs.f32(2) as f64),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let attrs = |shape: &[i32]| vec![Attr::Ints(shape.to_vec()), Attr::DType(DType::F32), Attr::f32(1.5)];
        vec![Sample::of(&[]).attrs(attrs(&[2, 3])), Sample::of(&[]).attrs(attrs(&[-2])).invalid()]
    },
};
