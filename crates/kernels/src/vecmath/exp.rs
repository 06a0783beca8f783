use super::{polynomial, power_of_two, LN2_HIGH, LN2_LOW, LOG2_E};
use simd::F32x4;

/// Taylor coefficients of (eʳ − 1 − r)/r² on |r| ≤ ln2/2: the first term left out is below 1e-8 of the result.
pub(super) static TAIL: [f32; 6] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5];

/// x = n·ln2 + r with |r| ≤ ln2/2, for |x| below 2⁸.
#[inline(always)]
pub(super) fn reduce(x: F32x4) -> (F32x4, F32x4) {
    let n = (x * F32x4::splat(LOG2_E)).round();
    let r = n.madd(F32x4::splat(-LN2_HIGH), x);
    (n, n.madd(F32x4::splat(-LN2_LOW), r))
}

/// eˣ within 2 ULP; overflows to infinity, underflows through the subnormals.
#[inline(always)]
pub fn exp(x: F32x4) -> F32x4 {
    // pmin and pmax in this order keep a NaN.
    let x = x.pmin(F32x4::splat(89.0)).pmax(F32x4::splat(-104.0));
    let (n, r) = reduce(x);
    let y = (r * r).madd(polynomial(r, &TAIL), r) + F32x4::splat(1.0);
    // Two factors: 2ⁿ alone would leave the range where eˣ is subnormal or just below infinity.
    let half = (n * F32x4::splat(0.5)).floor();
    y * power_of_two(half) * power_of_two(n - half)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_two_ulp() {
        sweep("exp", super::exp, f64::exp, 2, |_| true);
    }
}
