//! Gradient of a GRU's recurrent products, from that of its projected input.

use super::*;
use crate::prelude::*;
use kernels::rnn;

pub static OP: Op = Op {
    name: "sequence_inner_grad",
    inputs: &["keep", "dx"],
    attrs: INTERNAL,
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| rnn::inner_gradient(inside(l.attrs), l.inputs[0], l.inputs[1], l.out, push),
    },
    ..Op::INTERNAL
};
