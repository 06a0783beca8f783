//! gelu by its tanh approximation.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "gelu_tanh",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::GeluTanh, [0.0; 2])),
    vjp: Some(|e, c| {
        let slope = e.call(&super::gelu_tanh_grad::OP, &[c.inputs[0]], vec![]);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044715 * x * x * x)).tanh())
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
