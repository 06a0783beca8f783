use super::{exp_or_zero, horner, Table};
use simd::F32x8;

/// Taylor coefficients of (√π/2)·erf(x)/x in x², highest first: enough for |x| ≤ 1.
static SERIES: Table<11> = Table::new([
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
]);

/// e^(x²)·erfc(x) on [0.9, 4] in x − 2.5: Chebyshev interpolation of degree 10, worst error of erf 2.4e-8.
static TAIL: Table<11> = Table::new([
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
]);

/// 1, 4, 2.5, 2/√π and the sign.
static TABLE: Table<5> = Table::new([1.0, 4.0, 2.5, std::f32::consts::FRAC_2_SQRT_PI, -0.0]);

/// The error function within 4 ULP; ±1 beyond 4.
#[inline(always)]
pub fn erf(x: F32x8) -> F32x8 {
    let [one, most, middle, factor, sign] = TABLE.read_twice();
    let a = x.abs();
    let z = a * a;
    let series = (x * factor) * horner(z, &SERIES.read_twice());
    // A NaN stays one.
    let t = a.pmin(most);
    let tail = one - exp_or_zero((t * t).neg()) * horner(t - middle, &TAIL.read_twice());
    let tail = tail.bits().or(x.bits().and(sign.bits())).as_f32();
    a.less(one).select(series, tail)
}

/// Beyond this, Φ is 0 or 1: there the quotient below is ±½ to the last bit.
const END: f32 = 5.5;

/// The ends, ½ and 0; then p and q of Φ(x) = ½ + x·p(x²)/q(x²), highest coefficients first: least squares weighted until
/// the largest errors are equal, 2e-8, which rounding makes 1.9e-7.
static NORMAL: Table<16> = Table::new([
    END,
    -END,
    0.5,
    0.0,
    1.117_407_3e-10,
    -2.207_864e-8,
    3.240_318_4e-6,
    1.703_308_6e-4,
    4.508_925e-3,
    3.591_872e-2,
    0.398_942_14,
    6.230_952_6e-5,
    1.830_417_2e-3,
    2.908_942_5e-2,
    0.256_699_44,
    1.0,
]);

/// Φ(x), the share of a normal distribution below x, within 2e-7 and never negative; exactly 0 and 1 beyond ±5.5.
#[inline(always)]
pub fn normal(x: F32x8) -> F32x8 {
    let [most, least, half, zero, coefficients @ ..] = NORMAL.read_twice();
    let x = x.pmin(most).pmax(least);
    let square = x * x;
    let (p, q) = coefficients.split_at(7);
    ((x * horner(square, p)) / horner(square, q) + half).pmax(zero)
}

/// −½ and 1/√(2π).
static DENSITY: Table<2> = Table::new([-0.5, 0.398_942_3]);

/// The derivative of [`normal`].
#[inline(always)]
pub fn normal_density(x: F32x8) -> F32x8 {
    let [minus_half, factor] = DENSITY.read_twice();
    exp_or_zero(x * x * minus_half) * factor
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;
    use simd::F32x8;

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
            let at = |f: fn(F32x8) -> F32x8| f(F32x8::splat(x)).to_array()[0] as f64;
            let want = 0.5 * (1.0 + reference(x as f64 / std::f64::consts::SQRT_2));
            assert!((at(super::normal) - want).abs() < 2e-7 && at(super::normal) >= 0.0, "Φ({x})");
            let want = (-0.5 * (x as f64).powi(2)).exp() / std::f64::consts::TAU.sqrt();
            assert!((at(super::normal_density) - want).abs() < 1e-7, "density at {x}");
        }
        let far = [5.5, 5.6, 1e9, f32::INFINITY, -5.5, -5.6, -1e9, f32::NEG_INFINITY];
        assert_eq!(super::normal(F32x8::from_array(far)).to_array(), [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(super::normal(F32x8::splat(f32::NAN)).to_array()[0].is_nan());
    }
}
