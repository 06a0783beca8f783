use super::exp::{reduce, TAIL};
use super::{polynomial, power_of_two};
use simd::F32x4;

/// eˣ − 1 within 4 ULP, exact in sign and size near 0.
#[inline(always)]
pub fn expm1(x: F32x4) -> F32x4 {
    let bounded = x.pmin(F32x4::splat(89.0)).pmax(F32x4::splat(-104.0));
    let (n, r) = reduce(bounded);
    let p = (r * r).madd(polynomial(r, &TAIL), r);
    // 2ⁿ·(p + 1) − 1 = 2·(t·p + (t − ½)) with t = 2ⁿ⁻¹, which stays finite where eˣ does.
    let n = n.pmax(F32x4::splat(-120.0));
    let t = power_of_two(n - F32x4::splat(1.0));
    let y = t.madd(p, t - F32x4::splat(0.5));
    let y = y + y;
    // Too small for the sum above to keep a subnormal or the sign of zero.
    x.abs().less(F32x4::splat(1e-8)).select(x, y)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        sweep("expm1", super::expm1, f64::exp_m1, 4, |_| true);
    }
}
