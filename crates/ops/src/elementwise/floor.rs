//! Largest integer not above x.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "floor",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Floor, [0.0; 2])),
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.floor()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![Sample::of(&[&[2, 5]]).domain(0.1, 0.9), Sample::of(&[&[2, 5]]).domain(-0.9, -0.1), Sample::of(&[&[0]])]
    },
};
