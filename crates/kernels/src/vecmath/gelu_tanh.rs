use super::{exp_or_zero, sigmoid, Table};
use simd::F32x8;

/// 2·√(2/π).
const SCALE: f32 = 1.595_769;
const CUBIC: f32 = 0.044_715;

/// 1; beyond ±9, the derivative is 1 or next to nothing; 2·√(2/π), that times 0.044715, and three times that.
static TABLE: Table<6> = Table::new([1.0, 9.0, -9.0, SCALE, SCALE * CUBIC, 3.0 * SCALE * CUBIC]);

/// gelu by its approximation ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), which is x times a sigmoid of twice that;
/// within 4e-7 of its size or of 1.
#[inline(always)]
pub fn gelu_tanh(x: F32x8) -> F32x8 {
    let [_, _, _, scale, cubic, _] = TABLE.read_twice();
    x * sigmoid(x * (x * x).madd(cubic, scale))
}

/// Its derivative, within 4e-7.
#[inline(always)]
pub fn gelu_tanh_grad(x: F32x8) -> F32x8 {
    let [one, most, least, scale, cubic, slope] = TABLE.read_twice();
    let x = x.pmin(most).pmax(least);
    let square = x * x;
    let e = exp_or_zero((x * square.madd(cubic, scale)).neg());
    let y = one / (one + e);
    // e·y is 1 − y to the last bit.
    y * (x * (e * y)).madd(square.madd(slope, scale), one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_everywhere() {
        let inner = |x: f64| (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
        for i in -40_000..=40_000 {
            let x = i as f32 * 5e-4;
            let (wide, t) = (x as f64, inner(x as f64).tanh());
            let slope = (2.0 / std::f64::consts::PI).sqrt() * (1.0 + 3.0 * 0.044715 * wide * wide);
            let want = [0.5 * wide * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * wide * (1.0 - t * t) * slope];
            for (f, want) in [gelu_tanh, gelu_tanh_grad].into_iter().zip(want) {
                let got = f(F32x8::splat(x)).to_array()[0] as f64;
                assert!((got - want).abs() <= 4e-7 * want.abs().max(1.0), "at {x}: {got} instead of {want}");
            }
        }
    }

    #[test]
    fn flat_far_away() {
        let far = [1e9, 1e19, 1e25, f32::MAX, -1e9, -1e19, -1e25, f32::MIN];
        let lanes = F32x8::from_array(far);
        assert_eq!(gelu_tanh(lanes).to_array(), far.map(|x| x.max(0.0)));
        for (x, slope) in far.into_iter().zip(gelu_tanh_grad(lanes).to_array()) {
            assert!((slope - if x > 0.0 { 1.0 } else { 0.0 }).abs() < 1e-26, "at {x}: {slope}");
        }
        assert!([gelu_tanh, gelu_tanh_grad].iter().all(|f| f(F32x8::splat(f32::NAN)).to_array()[0].is_nan()));
    }
}
