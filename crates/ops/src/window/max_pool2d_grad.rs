//! The gradient of max_pool2d: of each window to its first largest cell.

use super::{pooled, PADDING, POOL, STRIDES};
use crate::prelude::*;
use kernels::pool::{Kind, PoolGrad};

pub static OP: Op = Op {
    name: "max_pool2d_grad",
    inputs: &["x", "dy"],
    attrs: &[POOL, STRIDES, PADDING],
    rule: Rule::Same,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let windows = pooled(&l.shapes[0], l.attrs, 0);
            let (input, dy, out, epilogue) = (l.inputs[0], l.inputs[1], l.out, l.epilogue);
            push(Box::new(PoolGrad { kind: Kind::Max, windows, input, dy, out, epilogue }));
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let x = &r.inputs[0];
        let mut out = vec![0.0; x.len()];
        for (cells, dy) in super::reference::cells(&r.shapes[0], r.attrs, 0).iter().zip(&r.inputs[1]) {
            let first = cells.iter().copied().reduce(|best, cell| if x[cell] > x[best] { cell } else { best });
            out[first.expect("no window is empty")] += dy;
        }
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let attrs = super::reference::pool([2, 2], [2, 2], [0; 4]);
        vec![Sample::of(&[&[1, 4, 6, 3], &[1, 2, 3, 3]]).attrs(attrs)]
    },
};
