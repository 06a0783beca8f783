//! Gradients of queries, keys and values under attention, one after the other; its values, then dy.

use crate::attention::{checked, masks, CAUSAL, GROUPS, HEADS, KEY, RATE, SCALE};
use crate::op::Attrs;
use crate::prelude::*;
use kernels::attention::Gradient;

pub static OP: Op = Op {
    name: "attention_grad",
    inputs: &["...values"],
    attrs: &[required("shape", Ints), HEADS, GROUPS, SCALE, CAUSAL, RATE, KEY],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let last = l.inputs.len() - 1;
            let a = checked(&l.shapes[..last], Attrs(&l.attrs.0[1..]));
            let masks = masks(&a, &l.shapes[3..last], &l.inputs[3..last]);
            let inputs = [l.inputs[0], l.inputs[1], l.inputs[2], l.inputs[last]];
            push(Box::new(Gradient::new(a, inputs, masks, l.out)));
        },
    },
    ..Op::INTERNAL
};
