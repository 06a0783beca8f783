use super::exp::{split, TAIL};
use super::{power, quartic, Staged, Table, BIAS, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDING};
use simd::{F32x8, I32x8};

/// Scales e⁻ˣ and the 1 beside it, so that neither overflows where the quotient is subnormal: 2 to the power of −32.
const SCALE: f32 = 1.0 / 4_294_967_296.0;

/// The arguments at the ends, the scale and 1; then the reduction of [`super::exp`] with signs turned, and its tail in −r.
static TABLE: Table<13> = Table::new([
    40.0,
    -104.0,
    SCALE,
    1.0,
    ROUNDING + BIAS - 32.0,
    -LOG2_E,
    LN2_HIGH,
    LN2_LOW,
    TAIL[0],
    -TAIL[1],
    TAIL[2],
    -TAIL[3],
    TAIL[4],
]);

/// [`sigmoid`].
pub struct Sigmoid;

impl Staged for Sigmoid {
    type Between = (I32x8, F32x8);

    #[inline(always)]
    fn begin(x: F32x8) -> Self::Between {
        let [most, least, _, _, rounding, log2_e, high, low, ..] = TABLE.read_twice();
        let (_, bits, minus_r) = split(x.pmin(most).pmax(least), [rounding, log2_e, high, low]);
        (bits, minus_r)
    }

    #[inline(always)]
    fn end((bits, minus_r): Self::Between) -> F32x8 {
        let [_, _, scale, one, _, _, _, _, tail @ ..] = TABLE.read_twice();
        let square = minus_r * minus_r;
        let y = square.madd(quartic(minus_r, square, tail), one - minus_r);
        scale / y.madd(power(bits), scale)
    }
}

/// 1/(1 + e⁻ˣ) within 4 ULP; never leaves [0, 1].
#[inline(always)]
pub fn sigmoid(x: F32x8) -> F32x8 {
    Sigmoid::of(x)
}

#[cfg(test)]
mod tests {
    use super::super::check::{sweep, within};

    #[test]
    fn within_four_ulp() {
        let reference = |x: f64| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) };
        sweep("sigmoid", super::sigmoid, reference, 4, |_| true);
        within("sigmoid", super::sigmoid, 0.0..=1.0, 0.0..=50.0);
    }
}
