//! The value, repeated to a shape by NumPy's rules.

use crate::prelude::*;
use kernels::layout::{strides, StridedCopy};

pub static OP: Op = Op {
    name: "broadcast_to",
    inputs: &["x"],
    attrs: &[required("shape", Ints)],
    rule: Rule::BroadcastTo,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let from = &l.shapes[0];
            let extra = l.shape.len() - from.len();
            let own = strides(from);
            let step = |i: usize| if i < extra || from[i - extra] == 1 { 0 } else { own[i - extra] as isize };
            push(Box::new(StridedCopy {
                input: l.inputs[0],
                out: l.out,
                shape: l.shape.to_vec(),
                input_offset: 0,
                input_strides: (0..l.shape.len()).map(step).collect(),
                out_offset: 0,
                out_strides: strides(l.shape),
            }));
        },
    },
    vjp: Some(|e, c| {
        let shape = e.shape(c.inputs[0]);
        vec![Some(e.sum_to(c.dy, &shape))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|p| r.at(0, p)),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let to = |s: &[i32]| vec![Attr::Ints(s.to_vec())];
        vec![
            Sample::of(&[&[3]]).attrs(to(&[2, 3])),
            Sample::of(&[&[2, 1, 4]]).attrs(to(&[2, 3, 4])),
            Sample::of(&[&[1, 3, 1]]).attrs(to(&[2, 3, 4])),
            Sample::of(&[&[]]).attrs(to(&[5])),
            Sample::of(&[&[3]]).attrs(to(&[3, 2])).invalid(),
        ]
    },
};
