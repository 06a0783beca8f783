//! Values side by side along an axis.

use crate::prelude::*;
use kernels::layout::{strides, StridedCopy};

pub static OP: Op = Op {
    name: "concat",
    inputs: &["...values"],
    attrs: &[optional("axis", I32, "-1")],
    rule: Rule::Concat,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let axis = crate::shape::axis(l.attrs.i32(0), l.shape.len()).expect("checked by the shape rule");
            let to = strides(l.shape);
            let mut at = 0;
            for (shape, &input) in l.shapes.iter().zip(l.inputs) {
                push(Box::new(StridedCopy {
                    input,
                    out: l.out,
                    shape: shape.clone(),
                    input_offset: 0,
                    input_strides: strides(shape).iter().map(|&s| s as isize).collect(),
                    out_offset: at * to[axis],
                    out_strides: to.clone(),
                }));
                at += shape[axis];
            }
        },
    },
    vjp: Some(|e, c| {
        let rank = e.shape(c.y).len();
        let axis = crate::shape::axis(c.attrs.i32(0), rank).unwrap_or(0);
        let mut at = 0;
        let mut gradients = Vec::with_capacity(c.inputs.len());
        for &input in c.inputs {
            let shape = e.shape(input);
            let mut begin = vec![0; rank];
            begin[axis] = at;
            at += shape[axis];
            gradients.push(Some(e.slice(c.dy, begin, &shape, vec![1; rank])));
        }
        gradients
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let axis = crate::shape::axis(r.attrs.i32(0), r.shape.len()).unwrap_or(0);
        r.each(|p| {
            let mut place = p.to_vec();
            let mut input = 0;
            while place[axis] >= r.shapes[input][axis] {
                place[axis] -= r.shapes[input][axis];
                input += 1;
            }
            r.at(input, &place)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 3], &[2, 1], &[2, 2]]).attrs(vec![Attr::I32(-1)]),
            Sample::of(&[&[2, 3], &[1, 3]]).attrs(vec![Attr::I32(0)]),
            Sample::of(&[&[2, 3], &[1, 2]]).attrs(vec![Attr::I32(0)]).invalid(),
        ]
    },
};
