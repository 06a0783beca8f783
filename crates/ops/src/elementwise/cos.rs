//! Cosine of radians.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "cos",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Cos, [0.0; 2])),
    vjp: Some(|e, c| {
        let slope = e.sin(c.inputs[0]);
        let slope = e.neg(slope);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.cos()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
