use super::{horner, Table};
use simd::{F32x8, I32x8};

/// Taylor coefficients on |r| ≤ π/4, in r²: (sin r)/r and cos r.
static SIN: Table<6> = Table::new([-1.0 / 39_916_800.0, 1.0 / 362_880.0, -1.0 / 5_040.0, 1.0 / 120.0, -1.0 / 6.0, 1.0]);
static COS: Table<6> = Table::new([-1.0 / 3_628_800.0, 1.0 / 40_320.0, -1.0 / 720.0, 1.0 / 24.0, -0.5, 1.0]);

/// 2/π, then π/2 in four parts of few bits: n times each of the first three is exact for n below 2¹³.
static PARTS: Table<5> =
    Table::new([std::f32::consts::FRAC_2_PI, 1.570_312_5, 4.837_513e-4, 7.549_789_4e-8, 5.390_302_5e-15]);

/// Beyond, the reduction above runs out of bits, and f64 takes over lane by lane.
const LIMIT: f32 = 8192.0;

#[inline(always)]
fn evaluate(x: F32x8, quadrant: i32) -> F32x8 {
    let [per_quadrant, parts @ ..] = PARTS.read_twice();
    let n = (x * per_quadrant).round();
    let r = parts.into_iter().fold(x, |r, part| r - n * part);
    let z = r * r;
    let s = horner(z, &SIN.read_twice()) * r;
    let c = horner(z, &COS.read_twice());
    let q = n.to_i32() + I32x8::splat(quadrant);
    let odd = q.shift_left(31).shift_right(31);
    let sign = q.shift_left(30).and(I32x8::splat(i32::MIN));
    let y = odd.select(c, s).bits();
    // Exclusive or with the sign bit.
    y.or(sign).and(y.and(sign).not()).as_f32()
}

/// Sine within 4 ULP of the result or of 2⁻²⁴, whichever is larger.
#[inline(always)]
pub fn sin(x: F32x8) -> F32x8 {
    if F32x8::splat(LIMIT).less(x.abs()).any() {
        return F32x8::from_array(x.to_array().map(|v| (v as f64).sin() as f32));
    }
    evaluate(x, 0)
}

/// Cosine, with the bound of [`sin`].
#[inline(always)]
pub fn cos(x: F32x8) -> F32x8 {
    if F32x8::splat(LIMIT).less(x.abs()).any() {
        return F32x8::from_array(x.to_array().map(|v| (v as f64).cos() as f32));
    }
    evaluate(x, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_everywhere() {
        for i in -400_000..400_000 {
            let x = i as f32 * 0.037;
            let (s, c) = (sin(F32x8::splat(x)).to_array()[0], cos(F32x8::splat(x)).to_array()[0]);
            for (got, want) in [(s as f64, (x as f64).sin()), (c as f64, (x as f64).cos())] {
                let ulp = (want.abs() * 2f64.powi(-23)).max(2f64.powi(-24));
                assert!((got - want).abs() <= 4.0 * ulp, "at {x}: {got} instead of {want}");
            }
        }
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(sin(F32x8::splat(x)).to_array()[0].is_nan());
        }
        assert_eq!(cos(F32x8::splat(0.0)).to_array()[0], 1.0);
    }
}
