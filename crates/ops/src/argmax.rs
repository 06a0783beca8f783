//! Index of the first largest element along an axis, as int32.

use crate::prelude::*;
use kernels::reduce::{Kind, Reduce};

pub static OP: Op = Op {
    name: "argmax",
    inputs: &["x"],
    attrs: &[optional("axis", I32, "-1")],
    rule: Rule::Argreduce,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let shape = &l.shapes[0];
            let at = crate::shape::axis(l.attrs.i32(0), shape.len()).expect("checked by the shape rule");
            let (outer, inner) = (shape[..at].iter().product(), shape[at + 1..].iter().product());
            push(Box::new(Reduce::new(Kind::ArgMax, l.inputs[0], l.out, outer, shape[at], inner)));
        },
    },
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let rank = r.shapes[0].len();
        let axis = crate::shape::axis(r.attrs.i32(0), rank).unwrap_or(0);
        r.each(|p| {
            let value = |i: usize| {
                let mut place = p.to_vec();
                place.insert(axis, i);
                r.at(0, &place)
            };
            (0..r.shapes[0][axis]).fold(0, |best, i| if value(i) > value(best) { i } else { best }) as f64
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[3, 5]]).attrs(vec![Attr::I32(-1)]),
            Sample::of(&[&[3, 5, 2]]).attrs(vec![Attr::I32(1)]),
            Sample::of(&[&[3]]).attrs(vec![Attr::I32(1)]).invalid(),
        ]
    },
};
