//! The smaller of x and y; equal ones share the gradient.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "minimum",
    inputs: &["x", "y"],
    attrs: &[],
    rule: Rule::Broadcast,
    lower: Lower::Elementwise(|_| (Function::Minimum, [0.0; 2])),
    vjp: Some(|e, c| {
        // Where x is the larger one the gradient goes to y, and the other way round.
        let (dw, dx) = crate::gradient::of_larger(e, c.inputs[0], c.inputs[1], c.dy);
        let (dx, dw) = (crate::gradient::to_input(e, c, 0, dx), crate::gradient::to_input(e, c, 1, dw));
        vec![Some(dx), Some(dw)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let (x, y) = (r.at(0, p), r.at(1, p));
            x.min(y)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 5], &[2, 5]]),
            Sample::of(&[&[3, 4], &[4]]),
            Sample::of(&[&[3, 1], &[3, 4]]),
            Sample::of(&[&[2, 3, 4], &[2, 1, 4]]),
            Sample::of(&[&[], &[3]]),
            Sample::of(&[&[2], &[3]]).invalid(),
        ]
    },
};
