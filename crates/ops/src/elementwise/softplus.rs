//! ln(1 + eˣ).

use crate::prelude::*;

pub static OP: Op = Op {
    name: "softplus",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Softplus, [0.0; 2])),
    vjp: Some(|e, c| {
        let slope = e.sigmoid(c.inputs[0]);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.max(0.0) + (-x.abs()).exp().ln_1p()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
