//! (softmax(x) − onehot(label))·d of each row.

use crate::prelude::*;
use kernels::rows::{Kind, Rows};

pub static OP: Op = Op {
    name: "sparse_softmax_cross_entropy_grad",
    inputs: &["logits", "labels", "d"],
    attrs: &[],
    rule: Rule::CrossEntropyGrad,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let inputs =
                [l.inputs[0], *l.inputs.get(1).unwrap_or(&l.inputs[0]), *l.inputs.get(2).unwrap_or(&l.inputs[0])];
            let shape = &l.shapes[0];
            let at = shape.len() - 1;
            let (outer, inner) = (shape[..at].iter().product(), shape[at + 1..].iter().product());
            push(Box::new(Rows {
                kind: Kind::SparseCrossEntropyGrad,
                inputs,
                out: l.out,
                outer,
                axis: shape[at],
                inner,
            }));
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let classes = r.shapes[0].last().copied().unwrap_or(1);
        let row = |input: usize, i: usize| &r.inputs[input][i * classes..][..classes];
        (0..r.inputs[0].len())
            .map(|at| {
                let (i, j) = (at / classes, at % classes);
                let sum: f64 = row(0, i).iter().map(|x| x.exp()).sum();
                let hit = (r.inputs[1][i] as usize == j) as u8 as f64;
                (row(0, i)[j].exp() / sum - hit) * r.inputs[2][i]
            })
            .collect()
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || vec![Sample::of(&[&[3, 5], &[3], &[3]]).int(1).domain(0.0, 4.9)],
};
