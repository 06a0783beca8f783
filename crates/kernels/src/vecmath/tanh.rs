use super::exp::TAIL;
use super::{power, quartic, Staged, Table, BIAS, LOG2_E, ROUNDING};
use simd::{F32x8, I32x8};

/// Beyond, the result rounds to 1.
const END: f32 = 9.1;

/// The ends, 1, ½ and −½; then the reduction of [`super::exp`] for 2x, and its tail, in r/2. One step reduces: where n·ln2 has
/// more bits than a number, tanh is so flat that they don't count.
static TABLE: Table<13> = Table::new([
    END,
    -END,
    1.0,
    0.5,
    -0.5,
    ROUNDING + BIAS,
    2.0 * LOG2_E,
    -0.5 * std::f32::consts::LN_2,
    32.0 * TAIL[0],
    16.0 * TAIL[1],
    8.0 * TAIL[2],
    4.0 * TAIL[3],
    2.0 * TAIL[4],
]);

/// [`tanh`].
pub struct Tanh;

impl Staged for Tanh {
    type Between = (I32x8, F32x8);

    #[inline(always)]
    fn begin(x: F32x8) -> Self::Between {
        let [most, least, _, _, _, rounding, log2_e, ln2, ..] = TABLE.read_twice();
        // pmin and pmax in this order keep a NaN.
        let x = x.pmin(most).pmax(least);
        let t = x.madd(log2_e, rounding);
        let n = t - rounding;
        (t.bits(), n.madd(ln2, x))
    }

    #[inline(always)]
    fn end((bits, half_r): Self::Between) -> F32x8 {
        let [_, _, one, half, minus_half, _, _, _, tail @ ..] = TABLE.read_twice();
        let square = half_r * half_r;
        let p = square.madd(quartic(half_r, square, tail), half_r);
        // (e²ˣ − 1)/2 = 2ⁿ·(eʳ − 1)/2 + (2ⁿ − 1)/2.
        let power = power(bits);
        let e = power.madd(p, power.madd(half, minus_half));
        e / (e + one)
    }
}

/// Hyperbolic tangent within 4 ULP; never leaves [−1, 1].
#[inline(always)]
pub fn tanh(x: F32x8) -> F32x8 {
    Tanh::of(x)
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
