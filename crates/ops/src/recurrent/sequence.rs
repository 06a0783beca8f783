//! A cell (0 simple, 1 LSTM, 2 GRU) along a sequence. Values: projected input [batch, steps, gates·units], recurrent
//! weights [units, gates·units], then those that the flags announce: bias of the recurrent product, noise [batch,
//! units], initial states [batch, units], mask [batch, steps]. Result [batch, rows, units]: the outputs of all steps
//! or the last, then the last states.

use super::*;
use crate::prelude::*;
use kernels::rnn::{self, Input};

pub static OP: Op = Op {
    name: "sequence",
    inputs: &["...values"],
    attrs: &[CELL, ACTIVATION, GATE_ACTIVATION, BACKWARDS, ZERO_OUTPUT, SEQUENCES, STATES, BIAS, NOISE, INITIAL, MASK],
    rule: Rule::Recurrent,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| own(shapes, attrs).forward_workspace(),
        lower: |l, push| {
            let values = values(l.attrs, &l.inputs[2..]);
            let walk = own(l.shapes, l.attrs);
            let input = Input::Projected(l.inputs[0]);
            rnn::forward(walk, input, l.inputs[1], values, false, l.out, l.workspace, push);
        },
    },
    // Where a program is differentiated, the call has become two.
    vjp: Some(|e, c| {
        let kept = better(e, c.inputs, &e.shape(c.y), c.attrs.0, None, true);
        let Some(Better { values: mut inputs, walk, result: Some(result) }) = kept else { unreachable!("it is kept") };
        inputs.push(e.call(&sequence_walk::OP, c.inputs, walk));
        let mut gradients = gradients(e, &Call { inputs: &inputs, attrs: Attrs(&result), ..*c });
        gradients.pop();
        gradients
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: super::reference::sequence,
    #[cfg(any(test, feature = "reference"))]
    samples: super::reference::samples,
};

fn own(shapes: &[Vec<usize>], attrs: Attrs) -> Walk {
    walk([shapes[0][0], shapes[0][1], shapes[1][0]], None, attrs).expect(CHECKED)
}
