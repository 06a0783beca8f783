use super::log::{at_the_ends, of_parts, split};
use super::{power, Table, BIAS, ROUNDING};
use simd::F32x8;

/// 1; exponents beyond which 1 + x loses nothing that counts; what makes −n the exponent of a power; ∞.
static TABLE: Table<4> = Table::new([1.0, 64.0, ROUNDING + BIAS, f32::INFINITY]);

/// ln(1 + x) within 4 ULP.
#[inline(always)]
pub fn log1p(x: F32x8) -> F32x8 {
    let [one, most, bias, infinite] = TABLE.read_twice();
    let u = one + x;
    let (f, n) = split(u);
    // What rounding 1 + x lost, on the scale of f: near 0, where n is 0, the sum is x again.
    let lost = (x - (u - one)) * power((bias - n.pmin(most)).bits());
    at_the_ends(u, x.equal(infinite).select(x, of_parts(f + lost, n)), infinite)
}

#[cfg(test)]
mod tests {
    use super::super::check::sweep;

    #[test]
    fn within_four_ulp() {
        sweep("log1p", super::log1p, f64::ln_1p, 4, |_| true);
    }
}
