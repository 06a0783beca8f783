//! y·(dy − Σ y·dy) along an axis.

use crate::prelude::*;
use kernels::rows::{Kind, Rows};

pub static OP: Op = Op {
    name: "softmax_grad",
    inputs: &["y", "dy"],
    attrs: &[optional("axis", I32, "-1")],
    rule: Rule::Along,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let inputs =
                [l.inputs[0], *l.inputs.get(1).unwrap_or(&l.inputs[0]), *l.inputs.get(2).unwrap_or(&l.inputs[0])];
            let shape = &l.shapes[0];
            let at = crate::shape::axis(l.attrs.i32(0), shape.len()).expect("checked by the shape rule");
            let (outer, inner) = (shape[..at].iter().product(), shape[at + 1..].iter().product());
            push(Box::new(Rows { kind: Kind::SoftmaxGrad, inputs, out: l.out, outer, axis: shape[at], inner }));
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let axis = crate::shape::axis(r.attrs.i32(0), r.shape.len()).unwrap_or(0);
        let line = |input: usize, p: &[usize]| {
            let place = |i| p.iter().enumerate().map(|(a, &q)| if a == axis { i } else { q }).collect::<Vec<_>>();
            (0..r.shape[axis]).map(|i| r.at(input, &place(i))).collect::<Vec<f64>>()
        };
        r.each(|p| {
            let dot: f64 = line(0, p).iter().zip(line(1, p)).map(|(y, d)| y * d).sum();
            r.at(0, p) * (r.at(1, p) - dot)
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[3, 5], &[3, 5]]).attrs(vec![Attr::I32(-1)]),
            Sample::of(&[&[2, 4, 3], &[2, 4, 3]]).attrs(vec![Attr::I32(1)]),
        ]
    },
};
