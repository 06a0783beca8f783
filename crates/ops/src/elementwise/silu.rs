//! x·sigmoid(x), also called swish.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "silu",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Silu, [0.0; 2])),
    vjp: Some(|e, c| {
        let s = e.sigmoid(c.inputs[0]);
        // s + y·(1 − s)
        let one = e.number(1.0);
        let other = e.sub(one, s);
        let tail = e.mul(c.y, other);
        let slope = e.add(s, tail);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x / (1.0 + (-x).exp())
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
