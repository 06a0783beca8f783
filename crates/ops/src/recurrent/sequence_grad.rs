//! Gradient of a walk's projected input, then of its first states, from what was kept and the result's gradient.

use super::*;
use crate::prelude::*;
use kernels::rnn;

pub static OP: Op = Op {
    name: "sequence_grad",
    inputs: &["...values"],
    attrs: INTERNAL,
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |_, _, attrs| inside(attrs).gradient_workspace(),
        lower: |l, push| {
            let values = values(Attrs(&l.attrs.0[OWN..]), &l.inputs[3..]);
            let [keep, dy, recurrent] = [l.inputs[0], l.inputs[1], l.inputs[2]];
            rnn::gradient(inside(l.attrs), keep, dy, recurrent, values, l.out, l.workspace, push);
        },
    },
    ..Op::INTERNAL
};
