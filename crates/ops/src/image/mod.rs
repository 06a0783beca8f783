//! Operations that move the places of images [N, H, W, C].

pub mod affine_transform;
pub mod affine_transform_input_grad;
pub mod affine_transform_map_grad;

use crate::op::{optional, required, Attr, AttrKind, AttrSpec, Attrs};
use kernels::affine::{Border, Sampling};

const SIZE: AttrSpec = required("size", AttrKind::Ints);
const BILINEAR: AttrSpec = optional("bilinear", AttrKind::Bool, "true");
/// What lies outside: 0 one value, 1 the last cell, 2 the image mirrored, 3 the image again.
const BORDER: AttrSpec = optional("border", AttrKind::I32, "0");
const VALUE: AttrSpec = optional("value", AttrKind::F32, "0");
/// Shape of the result of a gradient.
const SHAPE: AttrSpec = required("shape", AttrKind::Ints);

/// The attributes of a gradient: the shape that it makes, then the operation's own.
fn with_shape(shape: &[usize], attrs: Attrs) -> Vec<Attr> {
    std::iter::once(Attr::ints(shape.iter().copied())).chain(attrs.0.iter().cloned()).collect()
}

/// A sampling of images of a shape; its attributes begin at `at`.
fn sampling(images: &[usize], attrs: Attrs, at: usize) -> Sampling {
    let size = attrs.ints(at);
    Sampling {
        batch: images[0],
        channels: images[3],
        from: [images[1], images[2]],
        to: [size[0] as usize, size[1] as usize],
        bilinear: attrs.bool(at + 1),
        border: Border::from_code(attrs.i32(at + 2)).expect("checked by the shape rule"),
        fill: attrs.f32(at + 3),
    }
}
