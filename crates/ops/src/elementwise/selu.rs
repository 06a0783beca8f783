//! scale·elu(x, alpha) with Klambauer's constants.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "selu",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Selu, [0.0; 2])),
    vjp: Some(|e, c| {
        // y + scale·alpha = scale·alpha·eˣ below 0.
        let zero = e.number(0.0);
        let below = e.less(c.inputs[0], zero);
        let slope = e.shift(c.y, 1.758_099_3);
        let left = e.mul(c.dy, slope);
        let right = e.scale(c.dy, 1.050_701);
        let dx = e.select(below, left, right);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            1.050_700_987_355_480_5 * if x < 0.0 { x.exp_m1() * 1.673_263_242_354_377_2 } else { x }
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![Sample::of(&[&[2, 5]]).domain(0.1, 0.9), Sample::of(&[&[2, 5]]).domain(-0.9, -0.1), Sample::of(&[&[0]])]
    },
};
