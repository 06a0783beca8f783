//! Square root.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "sqrt",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Sqrt, [0.0; 2])),
    vjp: Some(|e, c| {
        let half = e.scale(c.dy, 0.5);
        let dx = e.div(half, c.y);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.sqrt()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(0.1, 8.0), Sample::of(&[&[0]])],
};
