//! |x|; the gradient at 0 is 0.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "abs",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Abs, [0.0; 2])),
    vjp: Some(|e, c| {
        let s = e.sign(c.inputs[0]);
        let dx = e.mul(c.dy, s);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.abs()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(0.2, 2.0), Sample::of(&[&[0]])],
};
