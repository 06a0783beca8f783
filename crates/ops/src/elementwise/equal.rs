//! 1 where x = y.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "equal",
    inputs: &["x", "y"],
    attrs: &[],
    rule: Rule::Broadcast,
    lower: Lower::Elementwise(|_| (Function::Equal, [0.0; 2])),
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let (x, y) = (r.at(0, p), r.at(1, p));
            (x == y) as u8 as f64
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 5], &[2, 5]]),
            Sample::of(&[&[3, 4], &[4]]),
            Sample::of(&[&[3, 1], &[3, 4]]),
            Sample::of(&[&[2, 3, 4], &[2, 1, 4]]),
            Sample::of(&[&[], &[3]]),
            Sample::of(&[&[2], &[3]]).invalid(),
        ]
    },
};
