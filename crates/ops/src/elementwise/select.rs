//! x where the condition is not 0, else y, broadcast.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "select",
    inputs: &["condition", "x", "y"],
    attrs: &[],
    rule: Rule::Broadcast,
    lower: Lower::Elementwise(|_| (Function::Select, [0.0; 2])),
    vjp: Some(|e, c| {
        let zero = e.number(0.0);
        let dx = e.select(c.inputs[0], c.dy, zero);
        let dw = e.select(c.inputs[0], zero, c.dy);
        let (dx, dw) = (crate::gradient::to_input(e, c, 1, dx), crate::gradient::to_input(e, c, 2, dw));
        vec![None, Some(dx), Some(dw)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|p| if r.at(0, p) != 0.0 { r.at(1, p) } else { r.at(2, p) }),
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5], &[2, 5], &[2, 5]]), Sample::of(&[&[3, 1], &[3, 4], &[]])],
};
