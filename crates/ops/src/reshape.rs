//! The same elements, in row-major order, under another shape; one −1 stands for the rest.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "reshape",
    inputs: &["x"],
    attrs: &[required("shape", Ints)],
    rule: Rule::Reshape,
    lower: Lower::Alias,
    vjp: Some(|e, c| {
        let shape = e.shape(c.inputs[0]);
        vec![Some(e.reshape(c.dy, &shape))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.inputs[0].clone(),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 6]]).attrs(vec![Attr::Ints(vec![3, 4])]),
            Sample::of(&[&[2, 6]]).attrs(vec![Attr::Ints(vec![-1, 2])]),
            Sample::of(&[&[1]]).attrs(vec![Attr::Ints(vec![])]),
            Sample::of(&[&[2, 6]]).attrs(vec![Attr::Ints(vec![5, -1])]).invalid(),
            Sample::of(&[&[2, 6]]).attrs(vec![Attr::Ints(vec![-1, -1])]).invalid(),
        ]
    },
};
