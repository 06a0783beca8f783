//! x, or slope·x below 0; the gradient at 0 is that of the right side.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "leaky_relu",
    inputs: &["x"],
    attrs: &[required("slope", F32)],
    rule: Rule::Same,
    lower: Lower::Elementwise(|a| (Function::LeakyRelu, [a.f32(0), 0.0])),
    vjp: Some(|e, c| {
        let zero = e.number(0.0);
        let below = e.less(c.inputs[0], zero);
        let scaled = e.scale(c.dy, c.attrs.f32(0));
        let dx = e.select(below, scaled, c.dy);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            if x < 0.0 {
                x * r.attrs.f32(0) as f64
            } else {
                x
            }
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 5]]).attrs(vec![Attr::f32(0.25)]).domain(0.1, 0.9),
            Sample::of(&[&[2, 5]]).attrs(vec![Attr::f32(0.25)]).domain(-0.9, -0.1),
            Sample::of(&[&[0]]).attrs(vec![Attr::f32(0.25)]),
        ]
    },
};
