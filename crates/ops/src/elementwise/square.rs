//! x².

use crate::prelude::*;

pub static OP: Op = Op {
    name: "square",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Square, [0.0; 2])),
    vjp: Some(|e, c| {
        let slope = e.scale(c.inputs[0], 2.0);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x * x
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
