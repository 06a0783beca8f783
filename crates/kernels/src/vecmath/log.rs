use super::{horner, Table, LN2_HIGH, LN2_LOW};
use simd::F32x8;

/// √½, the bits of a mantissa, and 1.
static SPLIT: Table<3> = Table::new([f32::from_bits(0x3f35_04f3), f32::from_bits(0x007f_ffff), 1.0]);

/// The least normal number, what makes a subnormal one normal, and its exponent less; ∞.
static RANGE: Table<4> = Table::new([f32::MIN_POSITIVE, 8_388_608.0, -23.0, f32::INFINITY]);

/// 2, ½, ln 2; then the odd series of 2·atanh(s) − 2s, in s²: 2/11, 2/9, 2/7, 2/5, 2/3.
static PARTS: Table<9> =
    Table::new([2.0, 0.5, LN2_HIGH, LN2_LOW, 2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0]);

/// ln x within 2 ULP; −∞ at 0, NaN below 0, subnormals right.
#[inline(always)]
pub fn log(x: F32x8) -> F32x8 {
    let [least, scale, shift, infinite] = RANGE.read_twice();
    let tiny = x.less(least);
    let (f, n) = split(tiny.select(x * scale, x));
    let y = of_parts(f, n + tiny.and(shift.bits()).as_f32());
    at_the_ends(x, y + x.equal(infinite).and(x.bits()).as_f32(), infinite)
}

/// x = (1 + f)·2ⁿ with 1 + f in [√½, √2]: f and n.
#[inline(always)]
pub(super) fn split(x: F32x8) -> (F32x8, F32x8) {
    let [root, mantissa, one] = SPLIT.read_twice();
    // √½ is taken away from the exponent field before it is read.
    let bits = x.bits() - root.bits();
    let m = (bits.and(mantissa.bits()) + root.bits()).as_f32();
    (m - one, bits.shift_right(23).to_f32())
}

/// The logarithm y of x: −∞ at 0, NaN below and of a NaN.
#[inline(always)]
pub(super) fn at_the_ends(x: F32x8, y: F32x8, infinite: F32x8) -> F32x8 {
    let zero = F32x8::splat(0.0);
    let y = y - x.equal(zero).and(infinite.bits()).as_f32();
    y.bits().or(zero.less_equal(x).not()).as_f32()
}

/// ln(1 + f) + n·ln2 for 1 + f in [√½, √2].
#[inline(always)]
pub(super) fn of_parts(f: F32x8, n: F32x8) -> F32x8 {
    let [two, half, ln2_high, ln2_low, series @ ..] = PARTS.read_twice();
    let s = f / (two + f);
    let z = s * s;
    let half_square = half * f * f;
    let r = z * horner(z, &series);
    let low = s.madd(half_square + r, n * ln2_low);
    n * ln2_high - ((half_square - low) - f)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_two_ulp() {
        sweep("log", super::log, f64::ln, 2, |_| true);
    }
}
