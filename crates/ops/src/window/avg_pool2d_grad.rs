//! The gradient of avg_pool2d: of each window to the cells that it counts, in equal shares.

use super::{pooled, PADDING, POOL, SHAPE, STRIDES};
use crate::prelude::*;
use kernels::pool::{Kind, PoolGrad};

pub static OP: Op = Op {
    name: "avg_pool2d_grad",
    inputs: &["dy"],
    attrs: &[SHAPE, POOL, STRIDES, PADDING],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let (windows, dy) = (pooled(l.shape, l.attrs, 1), l.inputs[0]);
            let (out, epilogue) = (l.out, l.epilogue);
            push(Box::new(PoolGrad { kind: Kind::Mean, windows, input: dy, dy, out, epilogue }));
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        for (cells, dy) in super::reference::cells(r.shape, r.attrs, 1).iter().zip(&r.inputs[0]) {
            cells.iter().for_each(|&cell| out[cell] += dy / cells.len() as f64);
        }
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let mut attrs = vec![Attr::Ints(vec![1, 4, 6, 3])];
        attrs.extend(super::reference::pool([2, 2], [2, 2], [0; 4]));
        vec![Sample::of(&[&[1, 2, 3, 3]]).attrs(attrs)]
    },
};
