//! −Σ t·log softmax(x) of each row of logits x, with probabilities t as targets.

use crate::prelude::*;
use kernels::rows::{Kind, Rows};

pub static OP: Op = Op {
    name: "softmax_cross_entropy",
    inputs: &["logits", "targets"],
    attrs: &[],
    rule: Rule::CrossEntropy,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let inputs =
                [l.inputs[0], *l.inputs.get(1).unwrap_or(&l.inputs[0]), *l.inputs.get(2).unwrap_or(&l.inputs[0])];
            let shape = &l.shapes[0];
            let at = shape.len() - 1;
            let (outer, inner) = (shape[..at].iter().product(), shape[at + 1..].iter().product());
            push(Box::new(Rows { kind: Kind::CrossEntropy, inputs, out: l.out, outer, axis: shape[at], inner }));
        },
    },
    vjp: Some(|e, c| {
        // Targets get a gradient too (they may be computed): log Σ eˣ − x, that is, minus the log of the probability.
        let log = e.call(&crate::log_softmax::OP, &[c.inputs[0]], vec![Attr::I32(-1)]);
        let minus = e.neg(log);
        let shape = e.shape(c.inputs[0]);
        let mut column = e.shape(c.dy);
        column.push(1);
        let dy = e.reshape(c.dy, &column);
        let dy = e.broadcast_to(dy, &shape);
        let dt = e.mul(dy, minus);
        let dx = e.call(&crate::softmax_cross_entropy_grad::OP, &[c.inputs[0], c.inputs[1], c.dy], vec![]);
        vec![Some(dx), Some(dt)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let classes = r.shapes[0].last().copied().unwrap_or(1);
        let row = |input: usize, i: usize| &r.inputs[input][i * classes..][..classes];
        let log_sum = |i: usize| row(0, i).iter().map(|x| x.exp()).sum::<f64>().ln();
        let rows = r.inputs[0].len() / classes;
        (0..rows).map(|i| row(0, i).iter().zip(row(1, i)).map(|(x, t)| t * (log_sum(i) - x)).sum()).collect()
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[3, 5], &[3, 5]]),
            Sample::of(&[&[2, 2, 7], &[2, 2, 7]]),
            Sample::of(&[&[3, 5], &[3, 4]]).invalid(),
        ]
    },
};
