//! The mean of the cells under each window of images [N, H, W, C]; padding (top, bottom, left, right) never counts.

use super::{pooled, with_shape, PADDING, POOL, STRIDES};
use crate::prelude::*;
use kernels::pool::{Kind, Pool};

pub static OP: Op = Op {
    name: "avg_pool2d",
    inputs: &["x"],
    attrs: &[POOL, STRIDES, PADDING],
    rule: Rule::Pool,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let windows = pooled(&l.shapes[0], l.attrs, 0);
            let (input, out, epilogue) = (l.inputs[0], l.out, l.epilogue);
            push(Box::new(Pool { kind: Kind::Mean, windows, input, out, epilogue }));
        },
    },
    vjp: Some(|e, c| {
        let image = e.shape(c.inputs[0]);
        vec![Some(e.call(&super::avg_pool2d_grad::OP, &[c.dy], with_shape(&image, c.attrs)))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mean = |cells: &Vec<usize>| cells.iter().map(|&x| r.inputs[0][x]).sum::<f64>() / cells.len() as f64;
        super::reference::cells(&r.shapes[0], r.attrs, 0).iter().map(mean).collect()
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
            sample([3, 5, 6, 4], [4, 3], [2, 2], [1, 3, 2, 0]),
            sample([1, 4, 6, 3], [2, 2], [2, 2], [0, 0, 0, 2]).invalid(),
            sample([1, 4, 6, 0], [2, 2], [2, 2], [0; 4]).invalid(),
        ]
    },
};
