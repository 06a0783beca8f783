//! 1/x.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "reciprocal",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Reciprocal, [0.0; 2])),
    vjp: Some(|e, c| {
        let slope = e.square(c.y);
        let slope = e.neg(slope);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            1.0 / x
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(0.3, 4.0), Sample::of(&[&[0]])],
};
