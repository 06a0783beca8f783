//! Vectors along the channels, the last of which may have fewer than four lanes.

use crate::copy::copy;
use simd::{F32x4, LANES};

/// The first four values, or those there are, with zeros behind them.
#[inline(always)]
pub(crate) fn load(values: &[f32]) -> F32x4 {
    if values.len() >= LANES {
        return F32x4::from_slice(values);
    }
    // Lane by lane: a call to copy so little memory would take longer.
    F32x4::from_array(std::array::from_fn(|i| if i < values.len() { values[i] } else { 0.0 }))
}

/// Writes four lanes, or as many as there are places.
#[inline(always)]
pub(crate) fn store(lanes: F32x4, out: &mut [f32]) {
    if out.len() >= LANES {
        return lanes.to_slice(out);
    }
    copy(&lanes.to_array()[..out.len()], out);
}
