//! −log softmax(x)[label] of each row of logits x.

use crate::prelude::*;
use kernels::rows::{Kind, Rows};

pub static OP: Op = Op {
    name: "sparse_softmax_cross_entropy",
    inputs: &["logits", "labels"],
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
            push(Box::new(Rows { kind: Kind::SparseCrossEntropy, inputs, out: l.out, outer, axis: shape[at], inner }));
        },
    },
    vjp: Some(|e, c| {
        let dx = e.call(&crate::sparse_softmax_cross_entropy_grad::OP, &[c.inputs[0], c.inputs[1], c.dy], vec![]);
        vec![Some(dx), None]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let classes = r.shapes[0].last().copied().unwrap_or(1);
        let row = |input: usize, i: usize| &r.inputs[input][i * classes..][..classes];
        let labels = &r.inputs[1];
        let log_sum = |i: usize| row(0, i).iter().map(|x| x.exp()).sum::<f64>().ln();
        labels.iter().enumerate().map(|(i, &label)| log_sum(i) - row(0, i)[label as usize]).collect()
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        vec![
            Sample::of(&[&[3, 5], &[3]]).int(1).domain(0.0, 4.9),
            Sample::of(&[&[2, 2, 7], &[2, 2]]).int(1).domain(0.0, 6.9),
            Sample::of(&[&[3, 5], &[3, 1]]).int(1).invalid(),
            Sample::of(&[&[3, 5], &[3]]).invalid(),
        ]
    },
};
