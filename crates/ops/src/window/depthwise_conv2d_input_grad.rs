//! The image's gradient of a depthwise convolution, from the gradient of its result.

use super::{depthwise, DILATION, PADDING, SHAPE, STRIDES};
use crate::prelude::*;
use kernels::conv;

pub static OP: Op = Op {
    name: "depthwise_conv2d_input_grad",
    inputs: &["dy", "kernel"],
    attrs: &[SHAPE, STRIDES, PADDING, DILATION],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |shapes, shape, attrs| depthwise(shape, &shapes[1], attrs, 1).workspace(),
        lower: |l, push| {
            let d = depthwise(l.shape, &l.shapes[1], l.attrs, 1);
            conv::depthwise_input_grad(&d, l.inputs[0], l.inputs[1], l.out, l.workspace, l.epilogue, push);
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        super::reference::depthwise_products(r.shape, &r.shapes[1], r.attrs, 1, |x, k, y| {
            out[x] += r.inputs[0][y] * r.inputs[1][k];
        });
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let mut attrs = vec![Attr::Ints(vec![2, 6, 5, 3])];
        attrs.extend(super::reference::slide([2, 1], [1, 0, 0, 1], [1, 1]));
        vec![Sample::of(&[&[2, 3, 4, 3], &[3, 3, 3, 1]]).attrs(attrs)]
    },
};
