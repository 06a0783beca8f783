//! Hyperbolic tangent; dx = dy·(1 − y²).

use crate::prelude::*;

pub static OP: Op = Op {
    name: "tanh",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Tanh, [0.0; 2])),
    vjp: Some(|e, c| {
        let square = e.square(c.y);
        let one = e.number(1.0);
        let slope = e.sub(one, square);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.tanh()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
