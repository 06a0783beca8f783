use super::{exp, Table};
use simd::F32x8;

/// 2; from here on the result is x to the last bit.
static TABLE: Table<2> = Table::new([2.0, 20.0]);

/// x·tanh(ln(1 + eˣ)), which is x·n/(n + 2) with n = eˣ·(eˣ + 2): within 4 ULP from −80 on, where eˣ has all its bits.
#[inline(always)]
pub fn mish(x: F32x8) -> F32x8 {
    let [two, most] = TABLE.read_twice();
    let e = exp(x.pmin(most));
    let n = e * (e + two);
    x * (n / (n + two))
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        let reference = |x: f64| x * x.exp().ln_1p().tanh();
        sweep("mish", super::mish, reference, 4, |x| x >= -80.0);
    }
}
