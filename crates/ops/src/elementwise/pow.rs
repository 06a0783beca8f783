//! x to the power of y.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "pow",
    inputs: &["x", "y"],
    attrs: &[],
    rule: Rule::Broadcast,
    lower: Lower::Elementwise(|_| (Function::Pow, [0.0; 2])),
    vjp: Some(|e, c| {
        let one = e.number(1.0);
        let less = e.sub(c.inputs[1], one);
        let power = e.pow(c.inputs[0], less);
        let slope = e.mul(c.inputs[1], power);
        let dx = e.mul(c.dy, slope);
        let log = e.log(c.inputs[0]);
        let slope = e.mul(c.y, log);
        let dw = e.mul(c.dy, slope);
        let (dx, dw) = (crate::gradient::to_input(e, c, 0, dx), crate::gradient::to_input(e, c, 1, dw));
        vec![Some(dx), Some(dw)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let (x, y) = (r.at(0, p), r.at(1, p));
            x.powf(y)
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
