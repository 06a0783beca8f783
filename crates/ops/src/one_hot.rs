//! A row of `depth` zeros with a 1 at each index; zeros alone where the index is outside.

use crate::prelude::*;
use kernels::layout::OneHot;

pub static OP: Op = Op {
    name: "one_hot",
    inputs: &["indices"],
    attrs: &[required("depth", I32)],
    rule: Rule::OneHot,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| push(Box::new(OneHot { indices: l.inputs[0], out: l.out, depth: l.attrs.i32(0) as usize })),
    },
    vjp: None,
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| r.each(|p| (r.at(0, &p[..p.len() - 1]) as usize == p[p.len() - 1]) as u8 as f64),
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[4]]).int(0).attrs(vec![Attr::I32(5)]).domain(0.0, 4.9),
            Sample::of(&[&[4]]).attrs(vec![Attr::I32(5)]).invalid(),
        ]
    },
};
