//! The value, as a constant for gradients.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "stop_gradient",
    doc: "The value itself; gradients don't pass.",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Alias,
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.inputs[0].clone(),
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 3]])],
};
