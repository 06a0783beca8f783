//! Zeros, to whose rows updates are added by index, in order.

use crate::prelude::*;
use kernels::layout::ScatterAddRows;

pub static OP: Op = Op {
    name: "scatter_add",
    inputs: &["indices", "updates"],
    attrs: &[required("rows", I32)],
    rule: Rule::ScatterAdd,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let width = l.shape[1..].iter().product();
            push(Box::new(ScatterAddRows { indices: l.inputs[0], updates: l.inputs[1], out: l.out, width }));
        },
    },
    vjp: Some(|e, c| vec![None, Some(e.call(&crate::gather::OP, &[c.dy, c.inputs[0]], vec![]))]),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let width: usize = r.shape[1..].iter().product();
        let mut out = vec![0.0; r.shape.iter().product()];
        for (i, &row) in r.inputs[0].iter().enumerate() {
            for j in 0..width {
                out[row as usize * width + j] += r.inputs[1][i * width + j];
            }
        }
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[4], &[4, 3]]).int(0).attrs(vec![Attr::I32(5)]).domain(0.0, 4.9),
            Sample::of(&[&[4], &[3, 3]]).int(0).attrs(vec![Attr::I32(5)]).invalid(),
        ]
    },
};
