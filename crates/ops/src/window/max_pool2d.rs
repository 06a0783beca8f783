//! The largest cell under each window of images [N, H, W, C]; padding (top, bottom, left, right) never wins.

use super::{pooled, PADDING, POOL, STRIDES};
use crate::prelude::*;
use kernels::pool::{Kind, Pool};

pub static OP: Op = Op {
    name: "max_pool2d",
    inputs: &["x"],
    attrs: &[POOL, STRIDES, PADDING],
    rule: Rule::Pool,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let windows = pooled(&l.shapes[0], l.attrs, 0);
            let (input, out, epilogue) = (l.inputs[0], l.out, l.epilogue);
            push(Box::new(Pool { kind: Kind::Max, windows, input, out, epilogue }));
        },
    },
    vjp: Some(|e, c| vec![Some(e.call(&super::max_pool2d_grad::OP, &[c.inputs[0], c.dy], c.attrs.0.to_vec()))]),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let windows = super::reference::cells(&r.shapes[0], r.attrs, 0);
        windows.iter().map(|cells| cells.iter().map(|&x| r.inputs[0][x]).fold(f64::NEG_INFINITY, f64::max)).collect()
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let sample = |image: [usize; 4], pool, strides, padding| {
            Sample::of(&[&image]).attrs(super::reference::pool(pool, strides, padding))
        };
        vec![
            sample([1, 4, 6, 3], [2, 2], [2, 2], [0; 4]),
            sample([3, 5, 7, 5], [3, 2], [2, 1], [1, 1, 0, 1]),
            sample([2, 7, 5, 1], [3, 3], [1, 1], [1, 1, 1, 1]),
            sample([1, 6, 6, 21], [2, 2], [3, 3], [0; 4]),
            // Nothing above zero: padding and an empty start would both win.
            sample([3, 5, 5, 6], [2, 2], [2, 2], [0, 1, 0, 1]).domain(-3.0, -1.0),
            sample([1, 1, 8, 2], [1, 3], [1, 2], [0, 0, 2, 0]).domain(-3.0, -1.0),
            sample([1, 4, 6, 3], [2, 2], [2, 2], [2, 0, 0, 0]).invalid(),
            sample([1, 4, 6, 3], [5, 2], [2, 2], [0; 4]).invalid(),
            sample([1, 4, 6, 3], [2, 0], [2, 2], [0; 4]).invalid(),
        ]
    },
};
