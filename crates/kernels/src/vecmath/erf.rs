use super::{constants, exp, exp_or_zero, horner, polynomial};
use simd::{F32x4, I32x4};

/// Taylor coefficients of (√π/2)·erf(x)/x in x², highest first: enough for |x| ≤ 1.
static SERIES: [f32; 11] = [
    1.0 / 76_204_800.0,
    -1.0 / 6_894_720.0,
    1.0 / 685_440.0,
    -1.0 / 75_600.0,
    1.0 / 9_360.0,
    -1.0 / 1_320.0,
    1.0 / 216.0,
    -1.0 / 42.0,
    1.0 / 10.0,
    -1.0 / 3.0,
    1.0,
];

/// e^(x²)·erfc(x) on [0.9, 4] in x − 2.5: Chebyshev interpolation of degree 10, worst error of erf 2.4e-8.
static TAIL: [f32; 11] = [
    1.919_6e-6,
    -6.577_943e-6,
    1.306_484e-5,
    -5.266_672_8e-5,
    2.152_677_5e-4,
    -7.404_412e-4,
    2.464_363_6e-3,
    -7.998_524e-3,
    2.493_858_5e-2,
    -7.434_772e-2,
    0.210_806_34,
];

const TWO_OVER_SQRT_PI: f32 = std::f32::consts::FRAC_2_SQRT_PI;

/// The error function within 4 ULP; ±1 beyond 4.
#[inline(always)]
pub fn erf(x: F32x4) -> F32x4 {
    let a = x.abs();
    let z = a * a;
    let series = (x * F32x4::splat(TWO_OVER_SQRT_PI)) * polynomial(z, &SERIES);
    let t = a.pmin(F32x4::splat(4.0));
    let tail = F32x4::splat(1.0) - exp((t * t).neg()) * polynomial(t - F32x4::splat(2.5), &TAIL);
    let sign = x.bits().and(I32x4::splat(i32::MIN));
    let tail = tail.bits().or(sign).as_f32();
    let y = a.less(F32x4::splat(1.0)).select(series, tail);
    x.equal(x).select(y, x)
}

/// −½, 1 and 0.4/√2; then ½·e^(a²)·erfc(a) in s = 1/(1 + 0.4·a), highest first, without the constant, which is 0: weighted
/// least squares refined until the largest errors are equal, 1.4e-8 of the result.
static NORMAL: [f32; 9] =
    [-0.5, 1.0, 0.282_842_7, -0.100_129_9, 0.354_574_83, -0.185_455_86, 0.234_138_61, 0.080_911_175, 0.115_961_14];

/// Φ(x), the share of a normal distribution below x, within 2e-7, and e^(−x²/2).
#[inline(always)]
pub fn normal(x: F32x4) -> (F32x4, F32x4) {
    let table = constants(&NORMAL);
    let [minus_half, one, factor] = [0, 1, 2].map(|i| F32x4::splat(table[i]));
    let e = exp_or_zero(x * x * minus_half);
    let s = one / x.abs().madd(factor, one);
    let below = e * s * horner(s, &table[3..]);
    (x.less(F32x4::splat(0.0)).select(below, one - below), e)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    /// erf by its series, or by 1 minus the continued fraction of erfc.
    fn reference(x: f64) -> f64 {
        if x.is_nan() {
            return x;
        }
        let a = x.abs();
        if a > 6.0 {
            return x.signum();
        }
        let (mut term, mut sum) = (a, a);
        for n in 1..200 {
            term *= -a * a / n as f64;
            sum += term / (2 * n + 1) as f64;
        }
        let value = if a < 3.0 {
            sum * std::f64::consts::FRAC_2_SQRT_PI
        } else {
            let mut fraction = 0.0;
            for n in (1..100).rev() {
                fraction = n as f64 / 2.0 / (a + fraction);
            }
            1.0 - (-a * a).exp() / ((a + fraction) * std::f64::consts::PI.sqrt())
        };
        value.copysign(x)
    }

    #[test]
    fn within_four_ulp() {
        sweep("erf", super::erf, reference, 4, |_| true);
    }

    #[test]
    fn normal_within_its_bound() {
        for i in -20_000..=20_000 {
            let x = i as f32 / 2000.0;
            let (share, density) = super::normal(simd::F32x4::splat(x));
            let half = 0.5 * (1.0 + reference(x as f64 / std::f64::consts::SQRT_2));
            assert!((share.to_array()[0] as f64 - half).abs() < 2e-7, "Φ({x})");
            let want = (-0.5 * (x as f64).powi(2)).exp();
            assert!((density.to_array()[0] as f64 - want).abs() < 1e-7, "density at {x}");
        }
        let [inf, nan] = [f32::INFINITY, f32::NAN].map(|x| super::normal(simd::F32x4::splat(x)).0.to_array()[0]);
        assert!(inf == 1.0 && nan.is_nan());
    }
}
