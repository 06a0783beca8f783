//! eˣ.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "exp",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Exp, [0.0; 2])),
    vjp: Some(|e, c| {
        let dx = e.mul(c.dy, c.y);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.exp()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
