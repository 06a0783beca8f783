use super::log::of_parts;
use super::{exp, Table};
use simd::F32x8;

/// 1, ½, √2 − 1.
static TABLE: Table<3> = Table::new([1.0, 0.5, std::f32::consts::SQRT_2 - 1.0]);

/// ln(1 + eˣ) within 4 ULP, without overflow: max(x, 0) + ln(1 + t) with t = e^−|x|.
#[inline(always)]
pub fn softplus(x: F32x8) -> F32x8 {
    let [one, half, most] = TABLE.read_twice();
    let t = exp(x.abs().neg());
    // Beyond √2, 1 + t is halved.
    let large = most.less(t);
    let f = large.select((t - one) * half, t);
    x.pmax(F32x8::splat(0.0)) + of_parts(f, large.and(one.bits()).as_f32())
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        sweep("softplus", super::softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), 4, |x| !x.is_nan());
        assert!(super::softplus(simd::F32x8::splat(f32::NAN)).to_array()[0].is_nan());
    }
}
