//! Elementary functions on lanes, each with a stated bound that its tests check against f64 over all exponents.
//!
//! Constants come from tables read once per call through [`constants`]: V8 since 12 rebuilds vector constants inside
//! loops, which makes a polynomial twice as slow.

mod erf;
mod exp;
mod expm1;
mod log;
mod log1p;
mod sigmoid;
mod softplus;
mod tanh;
mod trig;

pub use erf::{erf, normal};
pub use exp::{exp, exp_or_zero};
pub use expm1::expm1;
pub use log::log;
pub use log1p::log1p;
pub use sigmoid::sigmoid;
pub use softplus::softplus;
pub use tanh::tanh;
pub use trig::{cos, sin};

use simd::F32x4;

/// ln 2 in two parts: the first has so few bits that n · LN2_HIGH is exact for every exponent n.
pub(crate) const LN2_HIGH: f32 = 0.693_359_4;
pub(crate) const LN2_LOW: f32 = -2.121_944_4e-4;
pub(crate) const LOG2_E: f32 = std::f32::consts::LOG2_E;

/// A table that the compiler reads instead of knowing what it holds.
#[inline(always)]
pub(crate) fn constants<const N: usize>(table: &[f32; N]) -> &[f32; N] {
    std::hint::black_box(table)
}

/// A polynomial by Horner's rule, highest coefficient first.
#[inline(always)]
pub(crate) fn polynomial<const N: usize>(x: F32x4, coefficients: &[f32; N]) -> F32x4 {
    horner(x, constants(coefficients))
}

#[inline(always)]
fn horner(x: F32x4, coefficients: &[f32]) -> F32x4 {
    let mut sum = F32x4::splat(coefficients[0]);
    for &c in &coefficients[1..] {
        sum = sum.madd(x, F32x4::splat(c));
    }
    sum
}

/// 1.5·2²³: what is added to it is rounded to an integer, which then stands in the lowest bits.
const ROUNDING: f32 = 12_582_912.0;
static POWER: [f32; 2] = [ROUNDING, 1.0];

/// 2ⁿ for integral n in [−126, 127].
#[inline(always)]
pub(crate) fn power_of_two(n: F32x4) -> F32x4 {
    // The integer goes to the exponent of 1. Converting it would take many instructions, which mind what can't be here.
    let [rounding, one] = *constants(&POWER);
    ((n + F32x4::splat(rounding)).bits().shift_left(23) + F32x4::splat(one).bits()).as_f32()
}

#[cfg(test)]
pub(crate) mod check {
    use super::F32x4;

    fn ordered(x: f32) -> i64 {
        let bits = x.to_bits() as i32;
        (if bits < 0 { i32::MIN.wrapping_sub(bits) } else { bits }) as i64
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
        f: impl Fn(F32x4) -> F32x4,
        reference: impl Fn(f64) -> f64,
        bound: i64,
        domain: impl Fn(f32) -> bool,
    ) {
        let mut worst = (0, 0.0f32);
        let mut try_one = |x: f32| {
            if !x.is_nan() && !domain(x) {
                return;
            }
            let got = f(F32x4::splat(x)).to_array()[0];
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
        assert!(distance <= bound, "{name}({x:e}) is {distance} ULP off: {:e}", f(F32x4::splat(x)).to_array()[0]);
    }
}
