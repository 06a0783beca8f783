//! The kernel's gradient of a convolution of x, from the gradient of its result.

use super::{conv, DILATION, GROUPS, PADDING, SHAPE, STRIDES};
use crate::prelude::*;
use kernels::conv::{self, Upstream};

pub static OP: Op = Op {
    name: "conv2d_kernel_grad",
    inputs: &["x", "dy"],
    attrs: &[SHAPE, STRIDES, PADDING, DILATION, GROUPS],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |shapes, shape, attrs| conv(&shapes[0], shape, attrs, 1).kernel_workspace(None),
        lower: |l, push| {
            let c = conv(&l.shapes[0], l.shape, l.attrs, 1);
            conv::kernel_grad(&c, l.inputs[0], Upstream::There(l.inputs[1]), l.out, l.workspace, push);
        },
    },
    vjp: None,
    internal: true,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let mut out = vec![0.0; r.shape.iter().product()];
        super::reference::products(&r.shapes[0], r.shape, r.attrs, 1, |x, k, y| {
            out[k] += r.inputs[0][x] * r.inputs[1][y];
        });
        out
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let mut attrs = vec![Attr::Ints(vec![3, 3, 2, 4])];
        attrs.extend(super::reference::slide([2, 1], [1, 0, 0, 1], [1, 1]));
        attrs.push(Attr::I32(1));
        vec![Sample::of(&[&[2, 6, 5, 2], &[2, 3, 4, 4]]).attrs(attrs)]
    },
};
