//! Operations: one file each, and the one list of them, from which the decoder, the TypeScript builders, the gradient
//! checks and the fuzzing follow.

#![forbid(unsafe_code)]

mod build;
#[cfg(test)]
mod generate;
mod gradient;
mod op;
mod prelude;
#[cfg(any(test, feature = "reference"))]
pub mod sample;
pub mod shape;

pub mod argmax;
pub mod attention;
pub mod attention_grad;
pub mod broadcast_to;
pub mod cast;
pub mod concat;
pub mod constant;
pub mod elementwise;
pub mod gather;
pub mod image;
pub mod iota;
pub mod layer_norm;
pub mod layer_norm_grad;
pub mod log_softmax;
pub mod log_softmax_grad;
pub mod matmul;
pub mod one_hot;
pub mod pad;
pub mod random_normal;
pub mod random_uniform;
pub mod recurrent;
pub mod reduce;
pub mod reshape;
pub mod scatter_add;
pub mod slice;
pub mod slice_grad;
pub mod softmax;
pub mod softmax_cross_entropy;
pub mod softmax_cross_entropy_grad;
pub mod softmax_grad;
pub mod sparse_softmax_cross_entropy;
pub mod sparse_softmax_cross_entropy_grad;
pub mod stop_gradient;
pub mod transpose;
pub mod window;

pub use op::{Attr, AttrKind, AttrSpec, Attrs, Call, Emit, Id, Lower, Lowering, Op};

/// Operations whose results an elementwise chain may finish, row by row while they are in cache.
pub static PRODUCTS: &[&Op] = &[
    &matmul::OP,
    &window::conv2d::OP,
    &window::conv2d_transpose::OP,
    &window::depthwise_conv2d::OP,
    &window::depthwise_conv2d_input_grad::OP,
    &window::avg_pool2d::OP,
    &window::avg_pool2d_grad::OP,
    &window::max_pool2d::OP,
    &window::max_pool2d_grad::OP,
];

/// All operations; an operation's code in programs is its index.
pub static ALL: &[&Op] = &[
    &elementwise::abs::OP,
    &elementwise::add::OP,
    &elementwise::ceil::OP,
    &elementwise::clip::OP,
    &elementwise::cos::OP,
    &elementwise::div::OP,
    &elementwise::dropout::OP,
    &elementwise::elu::OP,
    &elementwise::equal::OP,
    &elementwise::erf::OP,
    &elementwise::exp::OP,
    &elementwise::expm1::OP,
    &elementwise::floor::OP,
    &elementwise::gelu::OP,
    &elementwise::gelu_grad::OP,
    &elementwise::gelu_tanh::OP,
    &elementwise::gelu_tanh_grad::OP,
    &elementwise::greater::OP,
    &elementwise::greater_equal::OP,
    &elementwise::hard_sigmoid::OP,
    &elementwise::leaky_relu::OP,
    &elementwise::less::OP,
    &elementwise::less_equal::OP,
    &elementwise::log::OP,
    &elementwise::log1p::OP,
    &elementwise::maximum::OP,
    &elementwise::minimum::OP,
    &elementwise::mish::OP,
    &elementwise::mul::OP,
    &elementwise::neg::OP,
    &elementwise::not_equal::OP,
    &elementwise::pow::OP,
    &elementwise::reciprocal::OP,
    &elementwise::relu::OP,
    &elementwise::round::OP,
    &elementwise::rsqrt::OP,
    &elementwise::select::OP,
    &elementwise::selu::OP,
    &elementwise::sigmoid::OP,
    &elementwise::sign::OP,
    &elementwise::silu::OP,
    &elementwise::sin::OP,
    &elementwise::softplus::OP,
    &elementwise::softsign::OP,
    &elementwise::sqrt::OP,
    &elementwise::square::OP,
    &elementwise::sub::OP,
    &elementwise::tanh::OP,
    &reduce::sum::OP,
    &reduce::mean::OP,
    &reduce::max::OP,
    &reduce::min::OP,
    &matmul::OP,
    &argmax::OP,
    &softmax::OP,
    &softmax_grad::OP,
    &log_softmax::OP,
    &log_softmax_grad::OP,
    &softmax_cross_entropy::OP,
    &softmax_cross_entropy_grad::OP,
    &sparse_softmax_cross_entropy::OP,
    &sparse_softmax_cross_entropy_grad::OP,
    &attention::OP,
    &attention_grad::OP,
    &layer_norm::OP,
    &layer_norm_grad::OP,
    &reshape::OP,
    &stop_gradient::OP,
    &transpose::OP,
    &slice::OP,
    &slice_grad::OP,
    &pad::OP,
    &concat::OP,
    &broadcast_to::OP,
    &cast::OP,
    &gather::OP,
    &scatter_add::OP,
    &one_hot::OP,
    &constant::OP,
    &iota::OP,
    &random_uniform::OP,
    &random_normal::OP,
    &image::affine_transform::OP,
    &image::affine_transform_input_grad::OP,
    &image::affine_transform_map_grad::OP,
    &window::avg_pool2d::OP,
    &window::avg_pool2d_grad::OP,
    &window::conv2d::OP,
    &window::conv2d_kernel_grad::OP,
    &window::conv2d_transpose::OP,
    &window::depthwise_conv2d::OP,
    &window::depthwise_conv2d_input_grad::OP,
    &window::depthwise_conv2d_kernel_grad::OP,
    &window::max_pool2d::OP,
    &window::max_pool2d_grad::OP,
    &window::pooled_conv2d_kernel_grad::OP,
    &recurrent::sequence::OP,
    &recurrent::sequence_walk::OP,
    &recurrent::sequence_result::OP,
    &recurrent::sequence_grad::OP,
    &recurrent::inner_grad::OP,
    &recurrent::kernel_grad::OP,
];
