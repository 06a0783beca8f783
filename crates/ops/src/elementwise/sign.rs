//! −1, 0 or 1.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "sign",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Sign, [0.0; 2])),
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            if x == 0.0 {
                0.0
            } else {
                x.signum()
            }
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(0.2, 2.0), Sample::of(&[&[0]])],
};
