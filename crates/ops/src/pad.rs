//! before[i] and after[i] elements of a value around each axis i.

use crate::prelude::*;
use kernels::layout::{strides, Fill, StridedCopy};

pub static OP: Op = Op {
    name: "pad",
    inputs: &["x"],
    attrs: &[required("before", Ints), required("after", Ints), optional("value", F32, "0")],
    rule: Rule::Pad,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let to = strides(l.shape);
            push(Box::new(Fill { out: l.out, bits: l.attrs.f32(2).to_bits() }));
            push(Box::new(StridedCopy {
                input: l.inputs[0],
                out: l.out,
                shape: l.shapes[0].clone(),
                input_offset: 0,
                input_strides: strides(&l.shapes[0]).iter().map(|&s| s as isize).collect(),
                out_offset: to.iter().zip(l.attrs.ints(0)).map(|(&s, &b)| s * b as usize).sum(),
                out_strides: to,
            }));
        },
    },
    vjp: Some(|e, c| {
        let shape = e.shape(c.inputs[0]);
        let begin = c.attrs.ints(0).iter().map(|&b| b as usize).collect();
        let stride = vec![1; shape.len()];
        vec![Some(e.slice(c.dy, begin, &shape, stride))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        r.each(|p| {
            let place: Option<Vec<usize>> = (0..p.len())
                .map(|i| p[i].checked_sub(r.attrs.ints(0)[i] as usize).filter(|&q| q < r.shapes[0][i]))
                .collect();
            place.map_or(r.attrs.f32(2) as f64, |place| r.at(0, &place))
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let attrs = |b: &[i32], a: &[i32]| vec![Attr::Ints(b.to_vec()), Attr::Ints(a.to_vec()), Attr::f32(0.5)];
        vec![
            Sample::of(&[&[2, 3]]).attrs(attrs(&[1, 0], &[2, 1])),
            Sample::of(&[&[2, 3]]).attrs(attrs(&[0, 0], &[0, 0])),
            Sample::of(&[&[2, 3]]).attrs(attrs(&[-1, 0], &[0, 0])).invalid(),
        ]
    },
};
