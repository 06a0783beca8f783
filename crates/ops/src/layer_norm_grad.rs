//! Gradients of x, γ and β under layer_norm, one after the other.

use crate::layer_norm::norm;
use crate::op::Lowering;
use crate::prelude::*;

pub static OP: Op = Op {
    name: "layer_norm_grad",
    inputs: &["x", "gamma", "dy"],
    attrs: &[required("shape", Ints), required("epsilon", F32), optional("centered", Bool, "true")],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| kernels::norm::workspace(norm(&shapes[0], attrs, 1)),
        lower: |l, push| {
            let Lowering { inputs: &[x, gamma, dy], .. } = l else { unreachable!("three inputs, as vjp gives them") };
            kernels::norm::gradient(norm(&l.shapes[0], l.attrs, 1), [x, gamma, dy], l.out, l.workspace, push);
        },
    },
    ..Op::INTERNAL
};
