//! Nearest integer, halves to even.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "round",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Round, [0.0; 2])),
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.round_ties_even()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(0.6, 1.4), Sample::of(&[&[0]])],
};
