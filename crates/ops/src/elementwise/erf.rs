//! Error function.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "erf",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Erf, [0.0; 2])),
    vjp: Some(|e, c| {
        let square = e.square(c.inputs[0]);
        let square = e.neg(square);
        let slope = e.exp(square);
        let slope = e.scale(slope, std::f32::consts::FRAC_2_SQRT_PI);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            crate::sample::erf(x)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
