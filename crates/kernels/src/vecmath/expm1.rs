use super::exp::{split, TAIL};
use super::{power, quartic, Staged, Table, BIAS, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDING};
use simd::F32x8;

/// The arguments at the ends, the least n, what makes n − 1 the exponent of a power, ½, and what is small; the reduction, and its tail.
static TABLE: Table<15> = Table::new([
    89.0,
    -104.0,
    -120.0,
    ROUNDING + BIAS - 1.0,
    0.5,
    1e-8,
    ROUNDING,
    LOG2_E,
    -LN2_HIGH,
    -LN2_LOW,
    TAIL[0],
    TAIL[1],
    TAIL[2],
    TAIL[3],
    TAIL[4],
]);

/// [`expm1`].
pub struct Expm1;

impl Staged for Expm1 {
    /// x, n and r.
    type Between = [F32x8; 3];

    #[inline(always)]
    fn begin(x: F32x8) -> Self::Between {
        let [most, least, _, _, _, _, rounding, log2_e, high, low, ..] = TABLE.read_twice();
        let (n, _, r) = split(x.pmin(most).pmax(least), [rounding, log2_e, high, low]);
        [x, n, r]
    }

    #[inline(always)]
    fn end([x, n, r]: Self::Between) -> F32x8 {
        let [_, _, least_n, bias, half, small, _, _, _, _, tail @ ..] = TABLE.read_twice();
        let square = r * r;
        let p = square.madd(quartic(r, square, tail), r);
        // 2ⁿ·(p + 1) − 1 = 2·(t·p + (t − ½)) with t = 2ⁿ⁻¹, which stays finite where eˣ does.
        let t = power((n.pmax(least_n) + bias).bits());
        let y = t.madd(p, t - half);
        let y = y + y;
        // Too small for the sum above to keep a subnormal or the sign of zero.
        x.abs().less(small).select(x, y)
    }
}

/// eˣ − 1 within 4 ULP, exact in sign and size near 0.
#[inline(always)]
pub fn expm1(x: F32x8) -> F32x8 {
    Expm1::of(x)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        sweep("expm1", super::expm1, f64::exp_m1, 4, |_| true);
    }
}
