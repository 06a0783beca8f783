use super::exp;
use simd::F32x4;

/// 1/(1 + e⁻ˣ) within 4 ULP; never leaves [0, 1].
#[inline(always)]
pub fn sigmoid(x: F32x4) -> F32x4 {
    let e = exp(x.abs().neg());
    let denominator = F32x4::splat(1.0) + e;
    x.less(F32x4::splat(0.0)).select(e, F32x4::splat(1.0)) / denominator
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        let reference = |x: f64| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) };
        sweep("sigmoid", super::sigmoid, reference, 4, |_| true);
    }
}
