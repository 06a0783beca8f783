//! Gradient of the weights of a walk's products: what was multiplied at all steps, times the gradient of the products.

use super::*;
use crate::prelude::*;
use kernels::rnn;

pub static OP: Op = Op {
    name: "sequence_kernel_grad",
    inputs: &["keep", "inner"],
    attrs: INTERNAL,
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |_, _, attrs| inside(attrs).product_workspace(),
        lower: |l, push| rnn::kernel_gradient(inside(l.attrs), l.inputs[0], l.inputs[1], l.out, l.workspace, push),
    },
    ..Op::INTERNAL
};
