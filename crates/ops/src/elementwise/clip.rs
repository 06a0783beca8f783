//! x, kept inside [min, max]; the gradient passes inside the closed interval.

use crate::prelude::*;

pub static OP: Op = Op {
    name: "clip",
    inputs: &["x"],
    attrs: &[required("min", F32), required("max", F32)],
    rule: Rule::Same,
    lower: Lower::Elementwise(|a| (Function::Clip, [a.f32(0), a.f32(1)])),
    vjp: Some(|e, c| {
        let (low, high) = (e.number(c.attrs.f32(0)), e.number(c.attrs.f32(1)));
        let above = e.greater_equal(c.inputs[0], low);
        let below = e.less_equal(c.inputs[0], high);
        let inside = e.mul(above, below);
        let dx = e.mul(c.dy, inside);
        vec![Some(dx)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let x = r.at(0, p);
            x.clamp(r.attrs.f32(0) as f64, r.attrs.f32(1) as f64)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[2, 5]]).attrs(vec![Attr::f32(-1.01), Attr::f32(0.77)]).domain(-2.0, 2.0),
            Sample::of(&[&[0]]).attrs(vec![Attr::f32(-1.01), Attr::f32(0.77)]),
        ]
    },
};
