//! Each element is its place along an axis, counted from 0 (and from the front).

use crate::prelude::*;
use kernels::iota::Iota;
use kernels::DType;

pub static OP: Op = Op {
    name: "iota",
    inputs: &[],
    attrs: &[required("shape", Ints), required("dtype", DTypeKind), required("axis", I32)],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let axis = (l.attrs.i32(2).max(0) as usize).min(l.shape.len().saturating_sub(1));
            push(Box::new(Iota {
                out: l.out,
                inner: l.shape.iter().skip(axis + 1).product::<usize>().max(1),
                count: l.shape.get(axis).copied().unwrap_or(1).max(1),
                integers: l.attrs.dtype(1) == DType::I32,
            }));
        },
    },
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|p| p.get(r.attrs.i32(2) as usize).copied().unwrap_or(0) as f64),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let attrs = |shape: &[i32], axis| vec![Attr::Ints(shape.to_vec()), Attr::DType(DType::F32), Attr::I32(axis)];
        vec![
            Sample::of(&[]).attrs(attrs(&[2, 3], 0)),
            Sample::of(&[]).attrs(attrs(&[2, 3, 2], 1)),
            Sample::of(&[]).attrs(attrs(&[-2], 0)).invalid(),
        ]
    },
};
