//! The kernel's gradient of a depthwise convolution of x, from the gradient of its result.

use super::{depthwise, DILATION, PADDING, SHAPE, STRIDES};
use crate::prelude::*;
use kernels::conv;

pub static OP: Op = Op {
    name: "depthwise_conv2d_kernel_grad",
    inputs: &["x", "dy"],
    attrs: &[SHAPE, STRIDES, PADDING, DILATION],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |shapes, shape, attrs| depthwise(&shapes[0], shape, attrs, 1).kernel_workspace(),
        lower: |l, push| {
            let d = depthwise(&l.shapes[0], l.shape, l.attrs, 1);
            conv::depthwise_kernel_grad(&d, l.inputs[0], l.inputs[1], l.out, l.workspace, push);
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        super::reference::depthwise_products(&r.shapes[0], r.shape, r.attrs, 1, |x, k, y| {
            out[k] += r.inputs[0][x] * r.inputs[1][y];
        });
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let mut attrs = vec![Attr::Ints(vec![3, 3, 3, 1])];
        attrs.extend(super::reference::slide([2, 1], [1, 0, 0, 1], [1, 1]));
        vec![Sample::of(&[&[2, 6, 5, 3], &[2, 3, 4, 3]]).attrs(attrs)]
    },
};
