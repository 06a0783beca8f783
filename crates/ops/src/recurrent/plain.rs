//! A walk that multiplies its input itself.

use super::*;
use crate::prelude::*;
use kernels::rnn::{self, Input};

pub static OP: Op = Op {
    name: "sequence_plain",
    doc: "sequence(x · kernel + bias, …), or what sequence_keep keeps of it where that is its shape: one product for each step. Values: x, kernel, bias, then those behind the projected input.",
    inputs: &["...values"],
    attrs: INTERNAL,
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| inside(attrs).forward_workspace(shapes[1][0]),
        lower: |l, push| {
            let [x, kernel, bias, recurrent] = [0, 1, 2, 3].map(|i| l.inputs[i]);
            let input = Input::Plain { x, size: l.shapes[1][0], kernel, bias };
            let values = values(Attrs(&l.attrs.0[OWN..]), &l.inputs[4..]);
            let keep = l.shape.len() == 1;
            rnn::forward(inside(l.attrs), input, recurrent, values, keep, l.out, l.workspace, push);
        },
    },
    ..Op::INTERNAL
};

/// The attributes of the call that makes `shape`, as `op` would from `projected`; if that is for the better.
pub fn attrs(
    op: &Op,
    projected: &[usize],
    kernel: &[usize],
    recurrent: &[usize],
    shape: &[usize],
    attrs: &[Attr],
) -> Option<Vec<Attr>> {
    let own = if *op == keep::OP { &attrs[OWN..] } else { attrs };
    let walk = walk([projected[0], projected[1], recurrent[0]], Attrs(own)).expect(CHECKED);
    walk.takes_plain(kernel[0]).then(|| internal(shape, &walk, own))
}
