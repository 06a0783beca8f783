//! x/(1 − rate) with probability 1 − rate, else 0; the mask is made again for the gradient from (seed, key, step).

use crate::prelude::*;

pub static OP: Op = Op {
    name: "dropout",
    inputs: &["x"],
    attrs: &[required("rate", F32), required("key", I32)],
    rule: Rule::Same,
    lower: Lower::Elementwise(|a| (Function::Dropout, [a.f32(0), f32::from_bits(a.i32(1) as u32)])),
    vjp: Some(|e, c| {
        let attrs = vec![Attr::f32(c.attrs.f32(0)), Attr::I32(c.attrs.i32(1))];
        let dx = e.call(&OP, &[c.dy], attrs);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|p| r.at(0, p)),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 5]]).attrs(vec![Attr::f32(0.0), Attr::I32(7)]).domain(-2.0, 2.0),
            Sample::of(&[&[0]]).attrs(vec![Attr::f32(0.0), Attr::I32(7)]),
        ]
    },
};
