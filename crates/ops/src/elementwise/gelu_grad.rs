//! Derivative of gelu.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "gelu_grad",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::GeluGrad, [0.0; 2])),
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            0.5 * (1.0 + crate::sample::erf(x / 2f64.sqrt())) + x * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
