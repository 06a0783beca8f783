use super::{exp, log1p};
use simd::F32x8;

/// ln(1 + eˣ) within 4 ULP, without overflow: max(x, 0) + ln(1 + e^−|x|).
#[inline(always)]
pub fn softplus(x: F32x8) -> F32x8 {
    x.pmax(F32x8::splat(0.0)) + log1p(exp(x.abs().neg()))
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
