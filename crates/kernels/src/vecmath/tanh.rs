use super::exp::TAIL;
use super::{power, quartic, Table, BIAS, LN2_HIGH, LN2_LOW, LOG2_E, ROUNDING};
use simd::F32x8;

/// Beyond, the result rounds to 1.
const END: f32 = 9.1;

/// The ends, 1 and 2; then the reduction of [`super::exp`] for 2x, and its tail, in r/2.
static TABLE: Table<13> = Table::new([
    END,
    -END,
    1.0,
    2.0,
    ROUNDING + BIAS,
    2.0 * LOG2_E,
    -0.5 * LN2_HIGH,
    -0.5 * LN2_LOW,
    64.0 * TAIL[0],
    32.0 * TAIL[1],
    16.0 * TAIL[2],
    8.0 * TAIL[3],
    4.0 * TAIL[4],
]);

/// Hyperbolic tangent within 4 ULP; never leaves [−1, 1].
#[inline(always)]
pub fn tanh(x: F32x8) -> F32x8 {
    let [most, least, one, two, rounding, log2_e, high, low, tail @ ..] = TABLE.read_twice();
    // pmin and pmax in this order keep a NaN.
    let x = x.pmin(most).pmax(least);
    let t = x.madd(log2_e, rounding);
    let n = t - rounding;
    let half_r = n.madd(low, n.madd(high, x));
    let square = half_r * half_r;
    let p = square.madd(quartic(half_r, square, tail), half_r + half_r);
    // e²ˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1).
    let power = power(t.bits());
    let e = power.madd(p, power - one);
    e / (e + two)
}

#[cfg(test)]
mod tests {
    use super::super::check::{sweep, within};

    #[test]
    fn within_four_ulp() {
        sweep("tanh", super::tanh, f64::tanh, 4, |_| true);
        within("tanh", super::tanh, -1.0..=1.0, 7.0..=10.0);
    }
}
