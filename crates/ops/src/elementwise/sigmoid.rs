//! 1/(1 + e⁻ˣ); dx = dy·y·(1 − y).

use crate::prelude::*;

pub static OP: Op = Op {
    name: "sigmoid",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Sigmoid, [0.0; 2])),
    vjp: Some(|e, c| {
        let one = e.number(1.0);
        let other = e.sub(one, c.y);
        let slope = e.mul(c.y, other);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            1.0 / (1.0 + (-x).exp())
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
