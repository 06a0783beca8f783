//! A walk that keeps what its gradient needs, the result behind it.

use super::*;
use crate::prelude::*;
use kernels::rnn::{self, Input};

pub static OP: Op = Op {
    name: "sequence_keep",
    doc: "Gates, cells and states of a walk, then its result.",
    inputs: &["...values"],
    attrs: INTERNAL,
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |_, _, attrs| inside(attrs).forward_workspace(0),
        lower: |l, push| {
            let values = values(Attrs(&l.attrs.0[OWN..]), &l.inputs[2..]);
            let input = Input::Projected(l.inputs[0]);
            rnn::forward(inside(l.attrs), input, l.inputs[1], values, true, l.out, l.workspace, push);
        },
    },
    ..Op::INTERNAL
};
