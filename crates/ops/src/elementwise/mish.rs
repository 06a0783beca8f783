//! x·tanh(softplus(x)).

use crate::prelude::*;

pub static OP: Op = Op {
    name: "mish",
    inputs: &["x"],
    attrs: &[],
    rule: Rule::Same,
    lower: Lower::Elementwise(|_| (Function::Mish, [0.0; 2])),
    vjp: Some(|e, c| {
        let s = e.softplus(c.inputs[0]);
        let t = e.tanh(s);
        let sigmoid = e.sigmoid(c.inputs[0]);
        // t + x·(1 − t²)·sigmoid
        let square = e.square(t);
        let one = e.number(1.0);
        let other = e.sub(one, square);
        let tail = e.mul(c.inputs[0], other);
        let tail = e.mul(tail, sigmoid);
        let slope = e.add(t, tail);
        let dx = e.mul(c.dy, slope);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x * (x.exp().ln_1p()).tanh()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[2, 5]]).domain(-2.0, 2.0), Sample::of(&[&[0]])],
};
