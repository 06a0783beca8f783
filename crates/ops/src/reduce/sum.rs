//! Sum over axes.

use crate::prelude::*;
use kernels::reduce::Kind;

pub static OP: Op = Op {
    name: "sum",
    inputs: &["x"],
    attrs: &[required("axes", Ints), optional("keepDims", Bool, "false")],
    rule: Rule::Reduce,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| super::workspace(Kind::Sum, &shapes[0], attrs),
        lower: |l, push| super::lower(Kind::Sum, l, push),
    },
    vjp: Some(|e, c| vec![Some(super::spread(e, c, c.dy))]),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| super::reference::lines(r, |line| line.iter().sum()),
    #[cfg(any(test, feature = "reference"))]
    samples: super::reference::samples,
};
