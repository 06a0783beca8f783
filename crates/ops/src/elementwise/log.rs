//! Natural logarithm.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "log",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Log, [0.0; 2])),
    vjp: Some(|e, c| {
        let dx = e.div(c.dy, c.inputs[0]);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.ln()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(0.1, 8.0), Sample::of(&[&[0]])],
};
