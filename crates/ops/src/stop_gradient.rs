//! The value itself; gradients don't pass.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "stop_gradient",
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
