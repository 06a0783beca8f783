//! Convolution of each channel of images [N, H, W, C] with its own M kernels [KH, KW, C, M]; padding as in conv2d.

use super::{depthwise, with_shape, DILATION, PADDING, STRIDES};
use crate::prelude::*;
use kernels::conv;

pub static OP: Op = Op {
    name: "depthwise_conv2d",
    inputs: &["x", "kernel"],
    attrs: &[STRIDES, PADDING, DILATION],
    rule: Rule::Depthwise,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| depthwise(&shapes[0], &shapes[1], attrs, 0).workspace(),
        lower: |l, push| {
            let d = depthwise(&l.shapes[0], &l.shapes[1], l.attrs, 0);
            conv::depthwise(&d, l.inputs[0], l.inputs[1], l.out, l.workspace, l.epilogue, push);
        },
    },
    vjp: Some(|e, c| {
        let (image, kernel) = (e.shape(c.inputs[0]), e.shape(c.inputs[1]));
        let (to_image, to_kernel) = (with_shape(&image, c.attrs), with_shape(&kernel, c.attrs));
        let dx = e.call(&super::depthwise_conv2d_input_grad::OP, &[c.dy, c.inputs[1]], to_image);
        let dk = e.call(&super::depthwise_conv2d_kernel_grad::OP, &[c.inputs[0], c.dy], to_kernel);
        vec![Some(dx), Some(dk)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        super::reference::depthwise_products(&r.shapes[0], &r.shapes[1], r.attrs, 0, |x, k, y| {
            out[y] += r.inputs[0][x] * r.inputs[1][k];
        });
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let sample = |image: [usize; 4], kernel: [usize; 4], strides, padding, dilation| {
            Sample::of(&[&image, &kernel]).attrs(super::reference::slide(strides, padding, dilation))
        };
        vec![
            sample([1, 5, 7, 3], [3, 3, 3, 1], [1, 1], [0; 4], [1, 1]),
            sample([3, 6, 5, 5], [3, 2, 5, 1], [2, 2], [0, 1, 1, 2], [1, 1]),
            sample([1, 7, 9, 2], [2, 3, 2, 3], [1, 2], [1, 0, 2, 2], [2, 2]),
            sample([3, 5, 5, 21], [3, 3, 21, 1], [1, 1], [1, 1, 1, 1], [1, 1]),
            sample([2, 7, 8, 4], [2, 2, 4, 2], [3, 3], [0; 4], [1, 1]),
            sample([4, 20, 20, 18], [3, 3, 18, 1], [1, 1], [1, 1, 1, 1], [1, 1]),
            sample([1, 5, 7, 3], [3, 3, 2, 1], [1, 1], [0; 4], [1, 1]).invalid(),
            sample([1, 5, 7, 3], [6, 3, 3, 1], [1, 1], [0; 4], [1, 1]).invalid(),
        ]
    },
};
