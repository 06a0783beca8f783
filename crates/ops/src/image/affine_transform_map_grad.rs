//! The gradient of the maps of affine_transform; none by the nearest cell.

use super::{sampling, BILINEAR, BORDER, SHAPE, SIZE, VALUE};
use crate::prelude::*;
use kernels::affine::AffineMapGrad;

pub static OP: Op = Op {
    name: "affine_transform_map_grad",
    inputs: &["images", "maps", "dy"],
    attrs: &[SHAPE, SIZE, BILINEAR, BORDER, VALUE],
    rule: Rule::Fill,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let sampling = sampling(&l.shapes[0], l.attrs, 1);
            let (images, maps, dy) = (l.inputs[0], l.inputs[1], l.inputs[2]);
            push(Box::new(AffineMapGrad { sampling, images, maps, dy, out: l.out }));
        },
    },
    ..Op::INTERNAL
};
