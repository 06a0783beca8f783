//! Vectors along the channels, the last of which may have fewer than four lanes.

use simd::{F32x4, LANES};

/// The first four values, or those there are, with zeros behind them.
#[inline(always)]
pub(crate) fn load(values: &[f32]) -> F32x4 {
    if values.len() >= LANES {
        return F32x4::from_slice(values);
    }
    let mut lanes = [0.0; LANES];
    lanes[..values.len()].copy_from_slice(values);
    F32x4::from_array(lanes)
}

/// Writes four lanes, or as many as there are places.
#[inline(always)]
pub(crate) fn store(lanes: F32x4, out: &mut [f32]) {
    if out.len() >= LANES {
        return lanes.to_slice(out);
    }
    let len = out.len();
    out.copy_from_slice(&lanes.to_array()[..len]);
}
