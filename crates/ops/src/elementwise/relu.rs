//! max(x, 0); the gradient at 0 is 0.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "relu",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Relu, [0.0; 2])),
    vjp: Some(|e, c| {
        let zero = e.number(0.0);
        let on = e.greater(c.y, zero);
        let dx = e.mul(c.dy, on);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.max(0.0)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![Sample::of(&[&[2, 5]]).domain(0.1, 0.9), Sample::of(&[&[2, 5]]).domain(-0.9, -0.1), Sample::of(&[&[0]])]
    },
};
