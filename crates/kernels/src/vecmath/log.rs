use super::{horner, Table, LN2_HIGH, LN2_LOW};
use simd::{F32x8, I32x8};

/// Coefficients of the odd series of 2·atanh(s) − 2s, in s²: 2/9, 2/7, 2/5, 2/3.
static ATANH: Table<5> = Table::new([2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0]);

/// ln x within 2 ULP; −∞ at 0, NaN below 0, subnormals right.
#[inline(always)]
pub fn log(x: F32x8) -> F32x8 {
    let tiny = x.less(F32x8::splat(f32::MIN_POSITIVE));
    let scaled = tiny.select(x * F32x8::splat(8_388_608.0), x);
    let extra = tiny.select(F32x8::splat(-23.0), F32x8::splat(0.0));
    // Mantissa in [√½, √2): take √½ away from the exponent field before splitting.
    let bits = scaled.bits() - I32x8::splat(0x3f35_04f3);
    let n = bits.shift_right(23).to_f32() + extra;
    let m = (bits.and(I32x8::splat(0x007f_ffff)) + I32x8::splat(0x3f35_04f3)).as_f32();
    let y = of_parts(m - F32x8::splat(1.0), n);
    let y = x.equal(F32x8::splat(f32::INFINITY)).select(x, y);
    let y = x.equal(F32x8::splat(0.0)).select(F32x8::splat(f32::NEG_INFINITY), y);
    // Negative or NaN.
    F32x8::splat(0.0).less_equal(x).select(y, F32x8::splat(f32::NAN))
}

/// ln(1 + f) + n·ln2 for 1 + f in [√½, √2].
#[inline(always)]
pub(super) fn of_parts(f: F32x8, n: F32x8) -> F32x8 {
    let s = f / (F32x8::splat(2.0) + f);
    let z = s * s;
    let half_square = F32x8::splat(0.5) * f * f;
    let r = z * horner(z, &ATANH.read_twice());
    let low = s.madd(half_square + r, n * F32x8::splat(LN2_LOW));
    n * F32x8::splat(LN2_HIGH) - ((half_square - low) - f)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_two_ulp() {
        sweep("log", super::log, f64::ln, 2, |_| true);
    }
}
