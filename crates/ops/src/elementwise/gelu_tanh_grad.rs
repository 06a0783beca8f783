//! Derivative of gelu_tanh.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "gelu_tanh_grad",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::GeluTanhGrad, [0.0; 2])),
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            {
                let t = (0.797_884_560_802_865_4 * (x + 0.044715 * x * x * x)).tanh();
                0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.797_884_560_802_865_4 * (1.0 + 3.0 * 0.044715 * x * x)
            }
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
