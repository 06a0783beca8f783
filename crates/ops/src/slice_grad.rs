//! Zeros of a shape, with dy at the places that a slice took.

use crate::prelude::*;
use kernels::layout::{strides, Fill, StridedCopy};

pub static OP: Op = Op {
    name: "slice_grad",
    inputs: &["dy"],
    attrs: &[required("shape", Ints), required("begin", Ints), required("stride", Ints)],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let to = strides(l.shape);
            push(Box::new(Fill { out: l.out, bits: 0 }));
            push(Box::new(StridedCopy {
                input: l.inputs[0],
                out: l.out,
                shape: l.shapes[0].clone(),
                input_offset: 0,
                input_strides: strides(&l.shapes[0]).iter().map(|&s| s as isize).collect(),
                out_offset: to.iter().zip(l.attrs.ints(1)).map(|(&s, &b)| s * b as usize).sum(),
                out_strides: to.iter().zip(l.attrs.ints(2)).map(|(&s, &t)| s * t as usize).collect(),
            }));
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        for (place, &x) in crate::sample::places(&r.shapes[0]).iter().zip(&r.inputs[0]) {
            let to = (0..place.len()).map(|i| r.attrs.ints(1)[i] as usize + place[i] * r.attrs.ints(2)[i] as usize);
            out[to.zip(r.shape).fold(0, |at, (p, &d)| at * d + p)] = x;
        }
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![Sample::of(&[&[2, 2]]).attrs(vec![Attr::Ints(vec![4, 5]), Attr::Ints(vec![1, 0]), Attr::Ints(vec![1, 3])])]
    },
};
