use super::{constants, horner, polynomial, power_of_two, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDING};
use simd::F32x4;

/// Taylor coefficients of (eʳ − 1 − r)/r² on |r| ≤ ln2/2: the first term left out is below 1e-8 of the result.
pub(super) static TAIL: [f32; 6] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5];

static REDUCTION: [f32; 3] = [LOG2_E, -LN2_HIGH, -LN2_LOW];
static BOUNDS: [f32; 4] = [89.0, -104.0, 1.0, 0.5];

/// x = n·ln2 + r with |r| ≤ ln2/2, for |x| below 2⁸.
#[inline(always)]
pub(super) fn reduce(x: F32x4) -> (F32x4, F32x4) {
    let [log2_e, high, low] = *constants(&REDUCTION);
    let n = (x * F32x4::splat(log2_e)).round();
    let r = n.madd(F32x4::splat(high), x);
    (n, n.madd(F32x4::splat(low), r))
}

/// eˣ within 2 ULP; overflows to infinity, underflows through the subnormals.
#[inline(always)]
pub fn exp(x: F32x4) -> F32x4 {
    // pmin and pmax in this order keep a NaN.
    let [most, least, one, half] = *constants(&BOUNDS);
    let x = x.pmin(F32x4::splat(most)).pmax(F32x4::splat(least));
    let (n, r) = reduce(x);
    let y = (r * r).madd(polynomial(r, &TAIL), r) + F32x4::splat(one);
    // Two factors: 2ⁿ alone would leave the range where eˣ is subnormal or just below infinity.
    let half = (n * F32x4::splat(half)).floor();
    y * power_of_two(half) * power_of_two(n - half)
}

/// Rounding, reduction, the lowest x, 1; then the tail.
static SHORT: [f32; 12] =
    [ROUNDING, LOG2_E, -LN2_HIGH, -LN2_LOW, -87.0, 1.0, TAIL[0], TAIL[1], TAIL[2], TAIL[3], TAIL[4], TAIL[5]];

/// eˣ within 2 ULP for x up to 88, and 0 below −87: for exponentials that are added up, where that is as good.
#[inline(always)]
pub fn exp_or_zero(x: F32x4) -> F32x4 {
    let table = constants(&SHORT);
    let [rounding, log2_e, high, low, least, one] = [0, 1, 2, 3, 4, 5].map(|i| F32x4::splat(table[i]));
    let t = x.madd(log2_e, rounding);
    let n = t - rounding;
    let r = n.madd(low, n.madd(high, x));
    let y = (r * r).madd(horner(r, &table[6..]), r) + one;
    // n stands in the lowest bits of t, and goes to the exponent of 1.
    let scaled = y * (t.bits().shift_left(23) + one.bits()).as_f32();
    scaled.bits().and(x.less(least).not()).as_f32()
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_two_ulp() {
        sweep("exp", super::exp, f64::exp, 2, |_| true);
        sweep("exp_or_zero", super::exp_or_zero, f64::exp, 2, |x| x.is_nan() || (-87.0..=88.0).contains(&x));
        let low = super::exp_or_zero(simd::F32x4::from_array([-87.1, -1e9, f32::MIN, f32::NEG_INFINITY]));
        assert_eq!(low.to_array(), [0.0; 4]);
    }
}
