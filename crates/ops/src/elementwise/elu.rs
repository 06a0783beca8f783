//! x, or alpha·(eˣ − 1) below 0.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "elu",
    inputs: &["x"],
    attrs: &[optional("alpha", F32, "1")],
    rule: Rule::Same,
    lower: Lower::Elementwise(|a| (Function::Elu, [a.f32(0), 0.0])),
    vjp: Some(|e, c| {
        let zero = e.number(0.0);
        let below = e.less(c.inputs[0], zero);
        let slope = e.shift(c.y, c.attrs.f32(0));
        let scaled = e.mul(c.dy, slope);
        let dx = e.select(below, scaled, c.dy);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            if x < 0.0 {
                x.exp_m1() * r.attrs.f32(0) as f64
            } else {
                x
            }
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 5]]).attrs(vec![Attr::f32(1.5)]).domain(0.1, 0.9),
            Sample::of(&[&[2, 5]]).attrs(vec![Attr::f32(1.5)]).domain(-0.9, -0.1),
            Sample::of(&[&[0]]).attrs(vec![Attr::f32(1.5)]),
        ]
    },
};
