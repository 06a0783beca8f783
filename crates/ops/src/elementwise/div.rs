//! x/y, broadcast.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "div",
    inputs: &["x", "y"],
    attrs: &[],
    rule: Rule::Broadcast,
    lower: Lower::Elementwise(|_| (Function::Div, [0.0; 2])),
    vjp: Some(|e, c| {
        let dx = e.div(c.dy, c.inputs[1]);
        let tail = e.mul(dx, c.y);
        let dw = e.neg(tail);
        let (dx, dw) = (crate::gradient::to_input(e, c, 0, dx), crate::gradient::to_input(e, c, 1, dw));
        vec![Some(dx), Some(dw)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let (x, y) = (r.at(0, p), r.at(1, p));
            x / y
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 5], &[2, 5]]).domain(0.3, 2.0),
            Sample::of(&[&[3, 4], &[4]]).domain(0.3, 2.0),
            Sample::of(&[&[3, 1], &[3, 4]]).domain(0.3, 2.0),
            Sample::of(&[&[2, 3, 4], &[2, 1, 4]]).domain(0.3, 2.0),
            Sample::of(&[&[], &[3]]).domain(0.3, 2.0),
            Sample::of(&[&[2], &[3]]).invalid(),
        ]
    },
};
