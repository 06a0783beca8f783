use super::log;
use simd::F32x8;

/// ln(1 + x) within 4 ULP.
#[inline(always)]
pub fn log1p(x: F32x8) -> F32x8 {
    let one = F32x8::splat(1.0);
    let u = one + x;
    // What rounding 1 + x lost, to first order.
    let lost = (x - (u - one)) / u;
    let y = log(u) + lost;
    let y = x.abs().less(F32x8::splat(1e-4)).select(small(x), y);
    let y = x.equal(F32x8::splat(f32::INFINITY)).select(x, y);
    x.equal(F32x8::splat(-1.0)).select(F32x8::splat(f32::NEG_INFINITY), y)
}

/// x − x²/2 + x³/3.
#[inline(always)]
fn small(x: F32x8) -> F32x8 {
    let tail = x.madd(F32x8::splat(1.0 / 3.0), F32x8::splat(-0.5));
    (x * x).madd(tail, x)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        sweep("log1p", super::log1p, f64::ln_1p, 4, |_| true);
    }
}
