//! size[i] elements of each axis i, from begin[i] by stride[i].

use crate::prelude::*;
use kernels::layout::{strides, StridedCopy};

pub static OP: Op = Op {
    name: "slice",
    inputs: &["x"],
    attrs: &[required("begin", Ints), required("size", Ints), required("stride", Ints)],
    rule: Rule::Slice,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let from = strides(&l.shapes[0]);
            let (begin, stride) = (l.attrs.ints(0), l.attrs.ints(2));
            push(Box::new(StridedCopy {
                input: l.inputs[0],
                out: l.out,
                shape: l.shape.to_vec(),
                input_offset: from.iter().zip(begin).map(|(&s, &b)| s * b as usize).sum(),
                input_strides: from.iter().zip(stride).map(|(&s, &t)| (s * t as usize) as isize).collect(),
                out_offset: 0,
                out_strides: strides(l.shape),
            }));
        },
    },
    vjp: Some(|e, c| {
        let shape = e.shape(c.inputs[0]);
        let attrs = vec![Attr::ints(shape), Attr::Ints(c.attrs.ints(0).to_vec()), Attr::Ints(c.attrs.ints(2).to_vec())];
        vec![Some(e.call(&crate::slice_grad::OP, &[c.dy], attrs))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let place: Vec<usize> =
                (0..p.len()).map(|i| r.attrs.ints(0)[i] as usize + p[i] * r.attrs.ints(2)[i] as usize).collect();
            r.at(0, &place)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let attrs = |b: &[i32], s: &[i32], t: &[i32]| {
            vec![Attr::Ints(b.to_vec()), Attr::Ints(s.to_vec()), Attr::Ints(t.to_vec())]
        };
        vec![
            Sample::of(&[&[4, 5]]).attrs(attrs(&[1, 0], &[2, 5], &[1, 1])),
            Sample::of(&[&[7]]).attrs(attrs(&[0], &[4], &[2])),
            Sample::of(&[&[4, 5]]).attrs(attrs(&[1, 0], &[4, 5], &[1, 1])).invalid(),
            Sample::of(&[&[4]]).attrs(attrs(&[-1], &[1], &[1])).invalid(),
        ]
    },
};
