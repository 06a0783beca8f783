//! relu6(x + 3)/6, as in Keras 3.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "hard_sigmoid",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::HardSigmoid, [0.0; 2])),
    vjp: Some(|e, c| {
        let size = e.abs(c.inputs[0]);
        let three = e.number(3.0);
        let inside = e.less(size, three);
        let slope = e.scale(inside, 1.0 / 6.0);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            (x / 6.0 + 0.5).clamp(0.0, 1.0)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
