//! Axes in another order: axis i of the result is axis perm[i] of x.

use crate::prelude::*;
use kernels::layout::{strides, StridedCopy};

pub static OP: Op = Op {
    name: "transpose",
    inputs: &["x"],
    attrs: &[required("perm", Ints)],
    rule: Rule::Transpose,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let from = strides(&l.shapes[0]);
            let perm = crate::shape::axes(l.attrs.ints(0), from.len()).expect("checked by the shape rule");
            push(Box::new(StridedCopy {
                input: l.inputs[0],
                out: l.out,
                shape: l.shape.to_vec(),
                input_offset: 0,
                input_strides: perm.iter().map(|&a| from[a] as isize).collect(),
                out_offset: 0,
                out_strides: strides(l.shape),
            }));
        },
    },
    vjp: Some(|e, c| {
        let perm = crate::shape::axes(c.attrs.ints(0), e.shape(c.y).len()).unwrap_or_default();
        let mut back = vec![0; perm.len()];
        perm.iter().enumerate().for_each(|(i, &a)| back[a] = i);
        vec![Some(e.call(&OP, &[c.dy], vec![Attr::ints(back)]))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let perm = crate::shape::axes(r.attrs.ints(0), r.shape.len()).unwrap_or_default();
        r.each(|p| {
            let mut place = vec![0; p.len()];
            perm.iter().zip(p).for_each(|(&a, &i)| place[a] = i);
            r.at(0, &place)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[3, 5]]).attrs(vec![Attr::Ints(vec![1, 0])]),
            Sample::of(&[&[2, 3, 4]]).attrs(vec![Attr::Ints(vec![2, 0, 1])]),
            Sample::of(&[&[3, 5]]).attrs(vec![Attr::Ints(vec![0, 0])]).invalid(),
        ]
    },
};
