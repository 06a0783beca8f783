//! A walk as programs have it after decoding, where it isn't the sequence as it was written. Where it makes one axis,
//! gates, cells and states of a walk, then its result; else the result. Values: those of the sequence, or x, kernel
//! and bias instead of its projected input.

use super::*;
use crate::prelude::*;
use kernels::rnn::{self, Input};

pub static OP: Op = Op {
    name: "sequence_walk",
    inputs: &["...values"],
    attrs: INTERNAL,
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |_, _, attrs| inside(attrs).forward_workspace(),
        lower: |l, push| {
            let (input, rest) = match (l.inputs, plain(l.attrs)) {
                ([x, kernel, bias, rest @ ..], true) => (Input::Plain { x: *x, kernel: *kernel, bias: *bias }, rest),
                (given, _) => (Input::Projected(given[0]), &given[1..]),
            };
            let values = values(Attrs(&l.attrs.0[OWN..]), &rest[1..]);
            rnn::forward(inside(l.attrs), input, rest[0], values, l.shape.len() == 1, l.out, l.workspace, push);
        },
    },
    ..Op::INTERNAL
};
