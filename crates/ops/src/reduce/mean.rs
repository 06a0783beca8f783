//! Mean over axes.

use crate::prelude::*;
use kernels::reduce::Kind;

pub static OP: Op = Op {
    name: "mean",
    inputs: &["x"],
    attrs: &[required("axes", Ints), optional("keepDims", Bool, "false")],
    rule: Rule::Reduce,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| super::workspace(Kind::Mean, &shapes[0], attrs),
        lower: |l, push| super::lower(Kind::Mean, l, push),
    },
    vjp: Some(|e, c| {
        let (from, to) = (e.shape(c.inputs[0]), e.shape(c.y));
        let count = from.iter().product::<usize>() / to.iter().product::<usize>().max(1);
        let share = e.scale(c.dy, 1.0 / count.max(1) as f32);
        vec![Some(super::spread(e, c, share))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| super::reference::lines(r, |line| line.iter().sum::<f64>() / line.len() as f64),
    #[cfg(any(test, feature = "reference"))]
    samples: super::reference::samples,
};
