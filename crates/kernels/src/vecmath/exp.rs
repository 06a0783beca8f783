use super::{power, quartic, Staged, Table, BIAS, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDING};
use simd::{F32x8, I32x8};

/// (eʳ − 1 − r)/r² on |r| ≤ ln2/2, highest coefficient first: least squares, weighted until the largest errors are equal,
/// 3.1e-9 of eʳ.
pub(super) const TAIL: [f32; 5] = [1.381_432e-3, 8.368_851e-3, 4.166_84e-2, 0.166_665_2, 0.499_999_93];

/// x = n·unit + r with the least r, where one of the constants is 1/unit and the last two are −unit: n, its bits beside those of
/// [`ROUNDING`] and what was added to that, and r.
#[inline(always)]
pub(super) fn split(x: F32x8, [rounding, per_unit, high, low]: [F32x8; 4]) -> (F32x8, I32x8, F32x8) {
    let t = x.madd(per_unit, rounding);
    let n = t - rounding;
    (n, t.bits(), n.madd(low, n.madd(high, x)))
}

/// Arguments beyond which all are infinite or 0; the reduction by powers of 4; and (eʳ − 1 − r)/r² on |r| ≤ ln2, fitted as [`TAIL`]
/// is, 2.1e-8 of eʳ.
static TABLE: Table<12> = Table::new([
    89.0,
    -104.0,
    ROUNDING + BIAS,
    0.5 * LOG2_E,
    -2.0 * LN2_HIGH,
    -2.0 * LN2_LOW,
    1.961_083_6e-4,
    1.410_509_1e-3,
    8.336_12e-3,
    4.166_123_6e-2,
    0.166_666_14,
    0.500_000_36,
]);

/// [`exp`].
pub struct Exp;

impl Staged for Exp {
    type Between = (I32x8, F32x8);

    #[inline(always)]
    fn begin(x: F32x8) -> Self::Between {
        let [most, least, rounding, log4_e, high, low, ..] = TABLE.read_twice();
        // pmin and pmax in this order keep a NaN.
        let (_, bits, r) = split(x.pmin(most).pmax(least), [rounding, log4_e, high, low]);
        (bits, r)
    }

    #[inline(always)]
    fn end((bits, r): Self::Between) -> F32x8 {
        let [.., f, e, d, c, b, a] = TABLE.read_twice();
        let square = r * r;
        let tail = f.madd(r, e).madd(square, d.madd(r, c)).madd(square, b.madd(r, a));
        // 4ⁿ alone would leave the range where eˣ is subnormal or just below infinity; its root is far inside.
        let root = power(bits);
        square.madd(tail, r).madd(root, root) * root
    }
}

/// eˣ within 2 ULP; overflows to infinity, underflows through the subnormals.
#[inline(always)]
pub fn exp(x: F32x8) -> F32x8 {
    Exp::of(x)
}

/// The argument where n is −127, whose power has no bits; the reduction by powers of 2, and its tail.
static FLUSHED: Table<10> =
    Table::new([-88.03, ROUNDING + BIAS, LOG2_E, -LN2_HIGH, -LN2_LOW, TAIL[0], TAIL[1], TAIL[2], TAIL[3], TAIL[4]]);

/// [`exp_or_zero`].
pub struct ExpOrZero;

impl Staged for ExpOrZero {
    type Between = (I32x8, F32x8);

    #[inline(always)]
    fn begin(x: F32x8) -> Self::Between {
        let [least, rounding, log2_e, high, low, ..] = FLUSHED.read_twice();
        let (_, bits, r) = split(x.pmax(least), [rounding, log2_e, high, low]);
        (bits, r)
    }

    #[inline(always)]
    fn end((bits, r): Self::Between) -> F32x8 {
        let [_, _, _, _, _, tail @ ..] = FLUSHED.read_twice();
        let (square, power) = (r * r, power(bits));
        square.madd(quartic(r, square, tail), r).madd(power, power)
    }
}

/// eˣ within 2 ULP for x in −87 … 88, and 0 from −88.03 on: for exponentials that are added up, where that is as good.
#[inline(always)]
pub fn exp_or_zero(x: F32x8) -> F32x8 {
    ExpOrZero::of(x)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_two_ulp() {
        sweep("exp", super::exp, f64::exp, 2, |_| true);
        sweep("exp_or_zero", super::exp_or_zero, f64::exp, 2, |x| x.is_nan() || (-87.0..=88.0).contains(&x));
        let low = [-88.04, -88.1, -1e2, -1e3, -1e9, -1e38, f32::MIN, f32::NEG_INFINITY];
        assert_eq!(super::exp_or_zero(simd::F32x8::from_array(low)).to_array(), [0.0; 8]);
    }
}
