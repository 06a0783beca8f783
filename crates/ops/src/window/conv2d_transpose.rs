//! The input's gradient of a convolution: spreads [N, OH, OW, F] by a kernel [KH, KW, C / groups, F] over [N, …size,
//! C].

use super::{conv, with_shape, DILATION, GROUPS, PADDING, STRIDES};
use crate::prelude::*;
use kernels::conv;

pub static OP: Op = Op {
    name: "conv2d_transpose",
    inputs: &["x", "kernel"],
    attrs: &[STRIDES, PADDING, DILATION, GROUPS, required("size", Ints)],
    rule: Rule::ConvTranspose,
    lower: Lower::Records {
        workspace: |shapes, shape, attrs| conv(shape, &shapes[1], attrs, 0).back_workspace(),
        lower: |l, push| {
            let c = conv(l.shape, &l.shapes[1], l.attrs, 0);
            conv::input_grad(&c, l.inputs[0], l.inputs[1], l.out, l.workspace, l.epilogue, push);
        },
    },
    vjp: Some(|e, c| {
        let kernel = e.shape(c.inputs[1]);
        let attrs = c.attrs.0[..4].to_vec();
        let to_kernel = with_shape(&kernel, crate::op::Attrs(&attrs));
        let dx = e.call(&super::conv2d::OP, &[c.dy, c.inputs[1]], attrs);
        let dk = e.call(&super::conv2d_kernel_grad::OP, &[c.dy, c.inputs[0]], to_kernel);
        vec![Some(dx), Some(dk)]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        super::reference::products(r.shape, &r.shapes[1], r.attrs, 0, |x, k, y| {
            out[x] += r.inputs[0][y] * r.inputs[1][k];
        });
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let sample = |image: [usize; 4], kernel: [usize; 4], strides, padding, dilation, groups, size: [i32; 2]| {
            let mut attrs = super::reference::slide(strides, padding, dilation);
            attrs.extend([Attr::I32(groups), Attr::Ints(size.to_vec())]);
            Sample::of(&[&image, &kernel]).attrs(attrs)
        };
        vec![
            sample([1, 3, 5, 4], [3, 3, 3, 4], [1, 1], [0; 4], [1, 1], 1, [5, 7]),
            sample([3, 4, 3, 2], [3, 3, 5, 2], [2, 2], [0, 1, 0, 1], [1, 1], 1, [8, 6]),
            sample([1, 3, 4, 3], [2, 3, 2, 3], [3, 2], [1, 0, 1, 2], [1, 2], 1, [8, 9]),
            sample([3, 2, 2, 4], [2, 2, 3, 4], [3, 3], [0; 4], [1, 1], 2, [7, 6]),
            sample([2, 1, 1, 3], [2, 2, 4, 3], [2, 2], [0, 1, 0, 1], [1, 1], 1, [1, 1]),
            sample([1, 4, 4, 3], [1, 1, 2, 3], [1, 1], [0; 4], [1, 1], 1, [4, 4]),
            sample([1, 9, 12, 40], [3, 3, 9, 40], [1, 1], [1, 1, 1, 1], [1, 1], 1, [9, 12]).domain(-0.5, 0.5),
            sample([1, 3, 5, 4], [3, 3, 3, 4], [1, 1], [0; 4], [1, 1], 1, [5, 8]).invalid(),
            sample([1, 3, 5, 4], [3, 3, 3, 5], [1, 1], [0; 4], [1, 1], 1, [5, 7]).invalid(),
            sample([1, 3, 5, 4], [3, 3, 3, 4], [1, 1], [0; 4], [1, 1], 1, [0, 7]).invalid(),
        ]
    },
};
