//! 1/√x.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "rsqrt",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Rsqrt, [0.0; 2])),
    vjp: Some(|e, c| {
        let cube = e.square(c.y);
        let cube = e.mul(cube, c.y);
        let slope = e.scale(cube, -0.5);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            1.0 / x.sqrt()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(0.1, 8.0), Sample::of(&[&[0]])],
};
