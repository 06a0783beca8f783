//! x·Φ(x), exactly.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "gelu",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Gelu, [0.0; 2])),
    vjp: Some(|e, c| {
        let slope = e.call(&super::gelu_grad::OP, &[c.inputs[0]], vec![]);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            0.5 * x * (1.0 + crate::sample::erf(x / 2f64.sqrt()))
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
