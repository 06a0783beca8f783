//! Largest element over axes.

use crate::prelude::*;
use kernels::reduce::Kind;

pub static OP: Op = Op {
    name: "max",
    inputs: &["x"],
    attrs: &[required("axes", Ints), optional("keepDims", Bool, "false")],
    rule: Rule::Reduce,
    lower: Lower::Records { workspace: none, lower: |l, push| super::lower(Kind::Max, l, push) },
    vjp: Some(super::of_extreme),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| super::reference::lines(r, |line| line.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
    #[cfg(any(test, feature = "reference"))]
    samples: super::reference::samples,
};
