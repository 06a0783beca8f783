//! ln(1 + x).

use crate::prelude::*;

pub static OP: Op = Op {
    name: "log1p",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Log1p, [0.0; 2])),
    vjp: Some(|e, c| {
        let u = e.shift(c.inputs[0], 1.0);
        let dx = e.div(c.dy, u);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.ln_1p()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-0.8, 4.0), Sample::of(&[&[0]])],
};
