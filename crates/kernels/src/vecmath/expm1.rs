use super::exp::{reduce, Reduced};
use super::{power, Table, BIAS, ROUNDING};
use simd::F32x8;

/// The arguments at the ends, the least n, what makes n − 1 the exponent of a power, ½, and what is small.
static TABLE: Table<6> = Table::new([89.0, -104.0, -120.0, ROUNDING + BIAS - 1.0, 0.5, 1e-8]);

/// eˣ − 1 within 4 ULP, exact in sign and size near 0.
#[inline(always)]
pub fn expm1(x: F32x8) -> F32x8 {
    let [most, least, least_n, bias, half, small] = TABLE.read_twice();
    let Reduced { n, r, square, tail, .. } = reduce(x.pmin(most).pmax(least));
    let p = square.madd(tail, r);
    // 2ⁿ·(p + 1) − 1 = 2·(t·p + (t − ½)) with t = 2ⁿ⁻¹, which stays finite where eˣ does.
    let t = power((n.pmax(least_n) + bias).bits());
    let y = t.madd(p, t - half);
    let y = y + y;
    // Too small for the sum above to keep a subnormal or the sign of zero.
    x.abs().less(small).select(x, y)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        sweep("expm1", super::expm1, f64::exp_m1, 4, |_| true);
    }
}
