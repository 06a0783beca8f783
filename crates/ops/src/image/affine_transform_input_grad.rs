//! The gradient of the images of affine_transform: of each place to the cells that it saw.

use super::{sampling, BILINEAR, BORDER, SHAPE, SIZE, VALUE};
use crate::prelude::*;
use kernels::affine::AffineInputGrad;

pub static OP: Op = Op {
    name: "affine_transform_input_grad",
    inputs: &["dy", "maps"],
    attrs: &[SHAPE, SIZE, BILINEAR, BORDER, VALUE],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let sampling = sampling(l.shape, l.attrs, 1);
            push(Box::new(AffineInputGrad { sampling, dy: l.inputs[0], maps: l.inputs[1], out: l.out }));
        },
    },
    ..Op::INTERNAL
};
