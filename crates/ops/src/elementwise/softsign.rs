//! x/(1 + |x|).

use crate::prelude::*;

pub static OP: Op = Op {
    name: "softsign",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Softsign, [0.0; 2])),
    vjp: Some(|e, c| {
        let size = e.abs(c.inputs[0]);
        let below = e.shift(size, 1.0);
        let below = e.square(below);
        let dx = e.div(c.dy, below);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x / (1.0 + x.abs())
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
