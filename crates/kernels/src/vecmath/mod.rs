//! Elementary functions on lanes, each with a stated bound that its tests check against f64 over all exponents.
//!
//! Constants are read from tables ([`Table`]) once for eight lanes: V8 since 12 rebuilds vector constants inside loops, which
//! makes a polynomial twice as slow.

mod erf;
mod exp;
mod expm1;
mod gelu_tanh;
mod log;
mod log1p;
mod mish;
mod sigmoid;
mod softplus;
mod tanh;
mod trig;

pub use erf::{erf, normal, normal_density};
pub use exp::{exp, exp_or_zero, Exp, ExpOrZero};
pub use expm1::{expm1, Expm1};
pub use gelu_tanh::{gelu_tanh, gelu_tanh_grad};
pub use log::log;
pub use log1p::log1p;
pub use mish::mish;
pub use sigmoid::{sigmoid, Sigmoid};
pub use softplus::softplus;
pub use tanh::{tanh, Tanh};
pub use trig::{cos, sin};

use simd::{F32x8, I32x8, Table};

/// ln 2 in two parts: the first has so few bits that n · LN2_HIGH is exact for every exponent n.
pub(crate) const LN2_HIGH: f32 = 0.693_359_4;
pub(crate) const LN2_LOW: f32 = -2.121_944_4e-4;
pub(crate) const LOG2_E: f32 = std::f32::consts::LOG2_E;

/// A function in two steps, for loops that begin on the next numbers before they end those before ([`pipeline`]): a core holds some
/// sixty operations that wait for a result, and of a function alone the last ones wait for nearly all others.
pub trait Staged {
    type Between: Copy;
    fn begin(x: F32x8) -> Self::Between;
    fn end(between: Self::Between) -> F32x8;

    #[inline(always)]
    fn of(x: F32x8) -> F32x8 {
        Self::end(Self::begin(x))
    }
}

/// Begins at 0 … `count`, and ends each after the next one began.
#[inline(always)]
pub fn pipeline<B: Copy>(count: usize, begin: impl Fn(usize) -> B, mut end: impl FnMut(usize, B)) {
    if count == 0 {
        return;
    }
    let mut between = begin(0);
    for i in 1..count {
        let next = begin(i);
        end(i - 1, between);
        between = next;
    }
    end(count - 1, between);
}

/// A function of `len` values; the last ones go through lanes of their own.
///
/// # Safety
/// The pointers are valid for so many values; `out` may equal `x`, but not overlap it otherwise.
pub unsafe fn map<F: Staged>(x: *const f32, out: *mut f32, len: usize) {
    let (whole, rest) = (len & !7, len & 7);
    // SAFETY: whole + rest = len; and the lanes' own memory.
    unsafe {
        eights::<F>(x, out, whole / 8);
        if rest > 0 {
            let mut lanes = F32x8::load_some(x.add(whole), rest).to_array();
            let own = lanes.as_mut_ptr();
            eights::<F>(own, own, 1);
            F32x8::from_array(lanes).store_some(out.add(whole), rest);
        }
    }
}

/// Not inlined, so that its code is there once.
///
/// # Safety
/// As for [`map`], of so many times eight values.
#[inline(never)]
unsafe fn eights<F: Staged>(x: *const f32, out: *mut f32, count: usize) {
    // SAFETY: the caller's guarantee; eight values are read before they are written.
    unsafe { pipeline(count, |i| F::begin(F32x8::load(x.add(8 * i))), |i, y| F::end(y).store(out.add(8 * i))) };
}

/// A polynomial by Horner's rule, highest coefficient first.
#[inline(always)]
pub(crate) fn horner(x: F32x8, coefficients: &[F32x8]) -> F32x8 {
    coefficients[1..].iter().fold(coefficients[0], |sum, &c| sum.madd(x, c))
}

/// A polynomial of degree 4, highest coefficient first, in fewer steps that wait for each other than Horner's rule takes.
#[inline(always)]
pub(crate) fn quartic(x: F32x8, square: F32x8, [e, d, c, b, a]: [F32x8; 5]) -> F32x8 {
    e.madd(square, d.madd(x, c)).madd(square, b.madd(x, a))
}

/// 1.5·2²³: what is added to it is rounded to an integer, which then stands in the lowest bits.
pub(crate) const ROUNDING: f32 = 12_582_912.0;

/// The bias of an f32's exponent. Added to [`ROUNDING`], it makes the lowest bits those of a power of 2.
pub(crate) const BIAS: f32 = 127.0;

/// 2ⁿ from n + 127 in the lowest nine bits; 0 from 0.
#[inline(always)]
pub(crate) fn power(bits: I32x8) -> F32x8 {
    bits.shift_left(23).as_f32()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits of each number alone.
    fn alone<F: Staged>(x: f32) -> u32 {
        F::of(F32x8::splat(x)).to_array()[0].to_bits()
    }

    fn maps_every_length<F: Staged>() {
        for len in 0..=41 {
            let x: Vec<f32> = (0..len).map(|i| i as f32 * 0.37 - 7.0).collect();
            let want: Vec<u32> = x.iter().map(|&x| alone::<F>(x)).collect();
            let bits = |values: &[f32]| values[..len].iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            let (mut apart, mut own) = (vec![-1.0; len + 1], [x.clone(), vec![-1.0]].concat());
            // SAFETY: all are as long.
            unsafe {
                map::<F>(x.as_ptr(), apart.as_mut_ptr(), len);
                let own = own.as_mut_ptr();
                map::<F>(own, own, len);
            }
            assert_eq!((bits(&apart), bits(&own)), (want.clone(), want), "{len}");
            assert_eq!((apart[len], own[len]), (-1.0, -1.0), "behind {len}");
        }
    }

    #[test]
    fn loops_in_steps() {
        maps_every_length::<Exp>();
        maps_every_length::<ExpOrZero>();
        maps_every_length::<Expm1>();
        maps_every_length::<Tanh>();
        maps_every_length::<Sigmoid>();
    }
}

#[cfg(test)]
pub(crate) mod check {
    use super::F32x8;

    fn ordered(x: f32) -> i64 {
        let bits = x.to_bits() as i32;
        (if bits < 0 { i32::MIN.wrapping_sub(bits) } else { bits }) as i64
    }

    /// That f stays within its range, for every number of a part of its domain and its negative.
    pub fn within(
        name: &str,
        f: impl Fn(F32x8) -> F32x8,
        range: std::ops::RangeInclusive<f32>,
        part: std::ops::RangeInclusive<f32>,
    ) {
        let (from, to) = (part.start().to_bits(), part.end().to_bits());
        for first in (from..=to).step_by(4) {
            let x: [f32; 8] =
                std::array::from_fn(|i| f32::from_bits(first + i as u32 / 2) * if i % 2 == 0 { 1.0 } else { -1.0 });
            for (x, y) in x.into_iter().zip(f(F32x8::from_array(x)).to_array()) {
                assert!(range.contains(&y), "{name}({x:e}) = {y:e}");
            }
        }
    }

    /// Distance in units in the last place; NaN equals NaN.
    pub fn ulp(a: f32, b: f32) -> i64 {
        if a.is_nan() && b.is_nan() {
            return 0;
        }
        if a.is_nan() || b.is_nan() {
            return i64::MAX;
        }
        (ordered(a) - ordered(b)).abs()
    }

    /// Sweeps every exponent and both signs, plus special values, against an f64 reference.
    pub fn sweep(
        name: &str,
        f: impl Fn(F32x8) -> F32x8,
        reference: impl Fn(f64) -> f64,
        bound: i64,
        domain: impl Fn(f32) -> bool,
    ) {
        let mut worst = (0, 0.0f32);
        let mut try_one = |x: f32| {
            if !x.is_nan() && !domain(x) {
                return;
            }
            let got = f(F32x8::splat(x)).to_array()[0];
            let distance = ulp(got, reference(x as f64) as f32);
            if distance > worst.0 {
                worst = (distance, x);
            }
        };
        for bits in (0..=u32::MAX).step_by(9973) {
            try_one(f32::from_bits(bits));
        }
        for x in [
            0.0,
            -0.0,
            1.0,
            -1.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
            f32::MIN_POSITIVE,
            1e-45,
            f32::MAX,
            f32::MIN,
        ] {
            try_one(x);
        }
        for i in -200_000..200_000 {
            try_one(i as f32 * 5e-4);
        }
        let (distance, x) = worst;
        assert!(distance <= bound, "{name}({x:e}) is {distance} ULP off: {:e}", f(F32x8::splat(x)).to_array()[0]);
    }
}
