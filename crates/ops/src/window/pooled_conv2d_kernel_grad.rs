//! conv2d_kernel_grad(x, max_pool2d_grad(y, dy)), made a few lines at a time.

use super::{conv, pooled, DILATION, GROUPS, PADDING, POOL, SHAPE, STRIDES};
use crate::op::{AttrSpec, Attrs};
use crate::prelude::*;
use kernels::conv::{self, Upstream};
use kernels::pool::{Kind, PoolGrad};

const POOL_STRIDES: AttrSpec = required("poolStrides", Ints);
const POOL_PADDING: AttrSpec = required("poolPadding", Ints);
/// Where the attributes of the pooling begin.
const POOLING: usize = 5;

pub static OP: Op = Op {
    name: "pooled_conv2d_kernel_grad",
    inputs: &["x", "y", "dy"],
    attrs: &[SHAPE, STRIDES, PADDING, DILATION, GROUPS, POOL, POOL_STRIDES, POOL_PADDING],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: |shapes, shape, attrs| {
            let windows = pooled(&shapes[1], attrs, POOLING);
            conv(&shapes[0], shape, attrs, 1).kernel_workspace(Some(&windows))
        },
        lower: |l, push| {
            let c = conv(&l.shapes[0], l.shape, l.attrs, 1);
            let windows = pooled(&l.shapes[1], l.attrs, POOLING);
            let (input, dy, out) = (l.inputs[1], l.inputs[2], l.out);
            let pool = Box::new(PoolGrad { kind: Kind::Max, windows, input, dy, out, epilogue: None });
            conv::kernel_grad(&c, l.inputs[0], Upstream::Pooled(pool), out, l.workspace, push);
        },
    },
    ..Op::INTERNAL
};

/// Whether the operation is for these sizes: of x, of the kernel and of y.
pub fn fits(x: &[usize], kernel: &[usize], y: &[usize], attrs: &[Attr]) -> bool {
    let attrs = Attrs(attrs);
    conv(x, kernel, attrs, 1).takes_pooled(&pooled(y, attrs, POOLING))
}
