//! Operations that slide a window over images [N, H, W, C].

pub mod avg_pool2d;
pub mod avg_pool2d_grad;
pub mod conv2d;
pub mod conv2d_kernel_grad;
pub mod conv2d_transpose;
pub mod depthwise_conv2d;
pub mod depthwise_conv2d_input_grad;
pub mod depthwise_conv2d_kernel_grad;
pub mod max_pool2d;
pub mod max_pool2d_grad;
pub mod pooled_conv2d_kernel_grad;
#[cfg(any(test, feature = "reference"))]
pub mod reference;

use crate::op::{optional, required, Attr, AttrKind, AttrSpec, Attrs};
use crate::shape::window::{pool_windows, Slide};
use kernels::conv::{Conv, Depthwise, Window};
use kernels::pool::Windows;

/// What the attributes of all windows are called.
const STRIDES: AttrSpec = optional("strides", AttrKind::Ints, "[1, 1]");
const PADDING: AttrSpec = optional("padding", AttrKind::Ints, "[0, 0, 0, 0]");
const DILATION: AttrSpec = optional("dilation", AttrKind::Ints, "[1, 1]");
const GROUPS: AttrSpec = optional("groups", AttrKind::I32, "1");
const POOL: AttrSpec = required("pool", AttrKind::Ints);
/// Shape of the result of a gradient.
const SHAPE: AttrSpec = required("shape", AttrKind::Ints);

const CHECKED: &str = "checked by the shape rule of the forward operation";

/// The attributes of a gradient: the shape that it makes, then the operation's own.
fn with_shape(shape: &[usize], attrs: Attrs) -> Vec<Attr> {
    std::iter::once(Attr::ints(shape.iter().copied())).chain(attrs.0.iter().cloned()).collect()
}

/// A convolution of an image with a kernel; its attributes begin at `at`.
fn conv(image: &[usize], kernel: &[usize], attrs: Attrs, at: usize) -> Conv {
    let slide = Slide::conv(attrs, at).expect(CHECKED);
    let [y, x] = slide.windows(&image[1..3], &kernel[..2]).expect(CHECKED);
    let groups = attrs.i32(at + 3) as usize;
    Conv { batch: image[0], groups, inputs: kernel[2], filters: kernel[3] / groups, y, x }
}

/// The same, depthwise.
fn depthwise(image: &[usize], kernel: &[usize], attrs: Attrs, at: usize) -> Depthwise {
    let slide = Slide::conv(attrs, at).expect(CHECKED);
    let [y, x] = slide.windows(&image[1..3], &kernel[..2]).expect(CHECKED);
    Depthwise { batch: image[0], channels: kernel[2], multiplier: kernel[3], y, x }
}

/// The windows of a pooling of an image; its attributes begin at `at`.
fn pooled(image: &[usize], attrs: Attrs, at: usize) -> Windows {
    let [y, x]: [Window; 2] = pool_windows(&image[1..3], attrs, at).expect(CHECKED);
    Windows::new(image[0], image[3], &y, &x)
}
