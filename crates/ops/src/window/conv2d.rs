//! Convolution of images [N, H, W, C] with a kernel [KH, KW, C / groups, F]; padding is top, bottom, left, right.

use super::{conv, with_shape, DILATION, GROUPS, PADDING, STRIDES};
use crate::prelude::*;
use kernels::conv;

pub static OP: Op = Op {
    name: "conv2d",
    inputs: &["x", "kernel"],
    attrs: &[STRIDES, PADDING, DILATION, GROUPS],
    rule: Rule::Conv,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| conv(&shapes[0], &shapes[1], attrs, 0).workspace(),
        lower: |l, push| {
            let c = conv(&l.shapes[0], &l.shapes[1], l.attrs, 0);
            conv::forward(&c, l.inputs[0], l.inputs[1], l.out, l.workspace, l.epilogue, push);
        },
    },
    vjp: Some(|e, c| {
        let (image, kernel) = (e.shape(c.inputs[0]), e.shape(c.inputs[1]));
        let size = Attr::ints(image[1..3].iter().copied());
        let attrs = c.attrs.0.iter().cloned().chain([size]).collect();
        let dx = e.call(&super::conv2d_transpose::OP, &[c.dy, c.inputs[1]], attrs);
        let dk = e.call(&super::conv2d_kernel_grad::OP, &[c.inputs[0], c.dy], with_shape(&kernel, c.attrs));
        vec![Some(dx), Some(dk)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        super::reference::products(&r.shapes[0], &r.shapes[1], r.attrs, 0, |x, k, y| {
            out[y] += r.inputs[0][x] * r.inputs[1][k];
        });
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let sample = |image: [usize; 4], kernel: [usize; 4], strides, padding, dilation, groups| {
            let mut attrs = super::reference::slide(strides, padding, dilation);
            attrs.push(Attr::I32(groups));
            Sample::of(&[&image, &kernel]).attrs(attrs)
        };
        vec![
            sample([1, 5, 7, 3], [3, 3, 3, 4], [1, 1], [0; 4], [1, 1], 1),
            sample([3, 6, 5, 2], [3, 2, 2, 5], [1, 1], [1, 1, 0, 1], [1, 1], 1),
            sample([1, 9, 8, 3], [3, 3, 3, 9], [2, 2], [0, 1, 0, 1], [1, 1], 1),
            sample([3, 7, 9, 2], [2, 3, 2, 3], [1, 1], [1, 2, 2, 2], [2, 2], 1),
            sample([1, 9, 11, 2], [3, 3, 2, 3], [2, 3], [2, 1, 3, 0], [2, 1], 1),
            sample([2, 8, 9, 2], [3, 3, 2, 3], [2, 2], [3, 3, 3, 3], [4, 2], 1),
            sample([3, 9, 7, 1], [3, 3, 1, 5], [1, 1], [1, 1, 1, 1], [1, 1], 1),
            sample([1, 8, 11, 1], [2, 3, 1, 3], [1, 2], [1, 0, 2, 1], [2, 1], 1),
            // A stride beyond the window: cells that nothing sees.
            sample([2, 7, 8, 3], [1, 2, 3, 4], [3, 3], [0; 4], [1, 1], 1),
            sample([3, 5, 6, 4], [3, 3, 2, 6], [1, 1], [1, 1, 1, 1], [1, 1], 2),
            sample([1, 6, 7, 6], [2, 3, 2, 9], [2, 1], [1, 0, 1, 1], [1, 2], 3),
            sample([3, 4, 5, 3], [1, 1, 3, 4], [1, 1], [0; 4], [1, 1], 1),
            sample([2, 5, 5, 3], [1, 1, 3, 4], [2, 2], [0; 4], [1, 1], 1),
            sample([2, 3, 3, 2], [1, 1, 2, 3], [1, 1], [1, 0, 0, 1], [1, 1], 1),
            sample([1, 1, 13, 3], [1, 5, 3, 2], [1, 1], [0, 0, 4, 0], [1, 1], 1),
            // More rows than a chunk, and more columns of patches than a block of the inner axis.
            sample([1, 11, 10, 33], [3, 3, 33, 10], [1, 1], [1, 1, 1, 1], [1, 1], 1).domain(-0.5, 0.5),
            sample([0, 5, 5, 2], [3, 3, 2, 3], [1, 1], [0; 4], [1, 1], 1),
            sample([1, 5, 5, 3], [3, 3, 2, 3], [1, 1], [0; 4], [1, 1], 1).invalid(),
            sample([1, 5, 5, 4], [3, 3, 2, 3], [1, 1], [0; 4], [1, 1], 2).invalid(),
            sample([1, 5, 5, 2], [3, 6, 2, 3], [1, 1], [0; 4], [1, 1], 1).invalid(),
            sample([1, 5, 5, 2], [3, 3, 2, 3], [1, 1], [0; 4], [1, 3], 1).invalid(),
            sample([1, 5, 5, 2], [3, 3, 2, 3], [0, 1], [0; 4], [1, 1], 1).invalid(),
            sample([1, 5, 5, 2], [3, 3, 2, 3], [1, 1], [0, 0, -1, 0], [1, 1], 1).invalid(),
        ]
    },
};
