//! The elementwise functions: what one instruction of a fused chain can do.

use crate::rng::{Philox, MASKED};
use crate::vecmath as v;
use crate::StepContext;
use simd::{F32x4, F32x8, I32x8};

/// Operands and results of one instruction over one block.
#[derive(Clone, Copy)]
pub struct Block {
    pub out: *mut f32,
    pub inputs: [*const f32; 3],
    pub len: usize,
    /// Index of the block's first element in the whole value: keys random numbers.
    pub index: usize,
}

#[inline(always)]
fn s(x: f32) -> F32x8 {
    F32x8::splat(x)
}

/// 1 where the mask is set, else 0.
#[inline(always)]
fn one(mask: I32x8) -> F32x8 {
    mask.and(s(1.0).bits()).as_f32()
}

/// Runs `f` over the block, eight lanes at a time; the last go through padded copies.
///
/// # Safety
/// The block's pointers are valid for its length; `out` may equal an input, but not overlap it otherwise.
#[inline(always)]
unsafe fn map(block: &Block, f: impl Fn([F32x8; 3]) -> F32x8) {
    let Block { out, inputs, len, .. } = *block;
    let whole = len & !7;
    let mut i = 0;
    while i < whole {
        // SAFETY: i + 8 ≤ len, and the caller's guarantee.
        unsafe { f(inputs.map(|p| F32x8::load(p.add(i)))).store(out.add(i)) };
        i += 8;
    }
    let rest = len - i;
    if rest > 0 {
        // SAFETY: i + rest = len.
        unsafe { f(inputs.map(|p| F32x8::load_some(p.add(i), rest))).store_some(out.add(i), rest) };
    }
}

macro_rules! functions {
    ($($staged:ident = $steps:ty;)* ; $($name:ident($($arg:ident),*) [$($imm:ident),*] = $body:expr;)*) => {
        /// An elementwise function of up to three values; `imm` are its constants.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Function { $($staged,)* $($name,)* Dropout }

        impl Function {
            /// How many values it takes.
            pub fn arity(self) -> usize {
                match self {
                    $(Function::$name => <[&str]>::len(&[$(stringify!($arg)),*]),)*
                    $(Function::$staged => 1,)*
                    Function::Dropout => 1,
                }
            }

            /// # Safety
            /// As for the block's pointers: valid for its length, `out` equal to an input or apart from all.
            pub unsafe fn run(self, block: &Block, imm: [f32; 2], context: &StepContext) {
                match self {
                    $(Function::$name => {
                        let _ = imm;
                        functions!(@bind imm, $($imm),*);
                        // SAFETY: the caller's guarantee.
                        unsafe { map(block, |lanes| { functions!(@bind lanes, $($arg),*); $body }) }
                    })*
                    // SAFETY: the caller's guarantee.
                    $(Function::$staged => unsafe { v::map::<$steps>(block.inputs[0], block.out, block.len) },)*
                    // SAFETY: the caller's guarantee.
                    Function::Dropout => unsafe { dropout(block, imm, context) },
                }
            }
        }
    };
    (@bind $from:ident, $a:ident) => { let $a = $from[0]; };
    (@bind $from:ident, $a:ident, $b:ident) => { let ($a, $b) = ($from[0], $from[1]); };
    (@bind $from:ident, $a:ident, $b:ident, $c:ident) => { let ($a, $b, $c) = ($from[0], $from[1], $from[2]); };
    (@bind $from:ident,) => {};
}

functions! {
    // In two steps; then those in one.
    Exp = v::Exp;
    Expm1 = v::Expm1;
    Tanh = v::Tanh;
    Sigmoid = v::Sigmoid;
    ;
    Copy(x) [] = x;
    Neg(x) [] = x.neg();
    Abs(x) [] = x.abs();
    Sign(x) [] = x.equal(x).select(one(s(0.0).less(x)) - one(x.less(s(0.0))), x);
    Log(x) [] = v::log(x);
    Log1p(x) [] = v::log1p(x);
    Sqrt(x) [] = x.sqrt();
    Rsqrt(x) [] = s(1.0) / x.sqrt();
    Square(x) [] = x * x;
    Reciprocal(x) [] = s(1.0) / x;
    Sin(x) [] = v::sin(x);
    Cos(x) [] = v::cos(x);
    Erf(x) [] = v::erf(x);
    Softplus(x) [] = v::softplus(x);
    Softsign(x) [] = x / (s(1.0) + x.abs());
    // This operand order lets a NaN through.
    Relu(x) [] = x.pmax(s(0.0));
    LeakyRelu(x) [slope] = x.less(s(0.0)).select(x * s(slope), x);
    Elu(x) [alpha] = x.less(s(0.0)).select(s(alpha) * v::expm1(x), x);
    Selu(x) [] = s(SELU_SCALE) * x.less(s(0.0)).select(s(SELU_ALPHA) * v::expm1(x), x);
    Gelu(x) [] = x * v::normal(x);
    GeluGrad(x) [] = x.madd(v::normal_density(x), v::normal(x));
    GeluTanh(x) [] = v::gelu_tanh(x);
    GeluTanhGrad(x) [] = v::gelu_tanh_grad(x);
    Silu(x) [] = x * v::sigmoid(x);
    HardSigmoid(x) [] = (x * s(1.0 / 6.0) + s(0.5)).pmax(s(0.0)).pmin(s(1.0));
    Mish(x) [] = v::mish(x);
    Floor(x) [] = x.floor();
    Ceil(x) [] = x.ceil();
    Round(x) [] = x.round();
    Clip(x) [low, high] = x.pmax(s(low)).pmin(s(high));
    ToI32(x) [] = x.to_i32().as_f32();
    ToF32(x) [] = x.bits().to_f32();
    Add(x, y) [] = x + y;
    Sub(x, y) [] = x - y;
    Mul(x, y) [] = x * y;
    Div(x, y) [] = x / y;
    // NaN in either operand gives NaN, as in NumPy.
    Maximum(x, y) [] = y.equal(y).select(x.pmax(y), y);
    Minimum(x, y) [] = y.equal(y).select(x.pmin(y), y);
    Pow(x, y) [] = power(x, y);
    Equal(x, y) [] = one(x.equal(y));
    NotEqual(x, y) [] = one(x.equal(y).not());
    Greater(x, y) [] = one(y.less(x));
    GreaterEqual(x, y) [] = one(y.less_equal(x));
    Less(x, y) [] = one(x.less(y));
    LessEqual(x, y) [] = one(x.less_equal(y));
    Select(condition, x, y) [] = condition.equal(s(0.0)).select(y, x);
}

impl Function {
    /// Arithmetic per element, about.
    pub fn cost(self) -> u64 {
        use Function::*;
        match self {
            Exp | Expm1 | Log | Log1p | Sin | Cos | Tanh | Sigmoid | Erf | Softplus | Elu | Selu | Gelu | GeluGrad
            | GeluTanh | GeluTanhGrad | Silu | Mish | Pow | Dropout => 20,
            _ => 1,
        }
    }
}

const SELU_ALPHA: f32 = 1.673_263_2;
const SELU_SCALE: f32 = 1.050_701;

/// xʸ through f64, lane by lane: correct to the last bit nearly everywhere, and rare in networks.
#[inline(always)]
fn power(x: F32x8, y: F32x8) -> F32x8 {
    let (x, y) = (x.to_array(), y.to_array());
    F32x8::from_array(std::array::from_fn(|i| (x[i] as f64).powf(y[i] as f64) as f32))
}

/// x/(1 − rate) where a random number is at least `rate`, else 0. `imm[0]` is the rate, `imm[1]` the bits of the key.
/// The numbers depend on (seed, key, step, index) alone, so that the backward pass makes the mask again.
///
/// # Safety
/// As for [`Function::run`].
unsafe fn dropout(block: &Block, imm: [f32; 2], context: &StepContext) {
    let rate = imm[0];
    let (least, scale) = (F32x4::splat(rate), F32x4::splat(1.0 / (1.0 - rate)));
    let generator = Philox::new(context.seed, imm[1].to_bits() as u64);
    let keep = |x: F32x4, number: F32x4| least.less_equal(number).select(x * scale, F32x4::splat(0.0));
    let mut i = 0;
    while i < block.len {
        let index = block.index + i;
        let first = index % MASKED;
        let count = (MASKED - first).min(block.len - i);
        let numbers = generator.masks(context.step, index);
        // SAFETY: i + count ≤ len.
        unsafe {
            let (x, out) = (block.inputs[0].add(i), block.out.add(i));
            if count == MASKED {
                for (j, number) in numbers.into_iter().enumerate() {
                    keep(F32x4::load(x.add(4 * j)), number).store(out.add(4 * j));
                }
            } else {
                let numbers = numbers.map(F32x4::to_array);
                for (j, &number) in numbers.as_flattened()[first..first + count].iter().enumerate() {
                    *out.add(j) = keep(F32x4::splat(*x.add(j)), F32x4::splat(number)).to_array()[0];
                }
            }
        }
        i += count;
    }
}
