//! The result of a walk, out of what it kept; differentiated as the walk itself.

use super::*;
use crate::prelude::*;
use kernels::layout::Copy;

pub static OP: Op = Op {
    name: "sequence_result",
    inputs: &["...values"],
    attrs: INTERNAL,
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let keep = *l.inputs.last().expect("what was kept comes last");
            push(Box::new(Copy { input: inside(l.attrs).result(keep), out: l.out }));
        },
    },
    vjp: Some(gradients),
    ..Op::INTERNAL
};
