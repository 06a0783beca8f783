//! Optimizers' formulas, on four numbers at once.

use simd::{F32x4, Table};

/// Running means of gradients that stay 0 decay into numbers so small that arithmetic with them takes many times as long;
/// below this they are 0. A step that they could make is far below the last bit of any weight.
pub(super) const SMALLEST: f32 = 1e-30;
/// Below this the square of a gradient is such a number.
pub(super) const SMALLEST_GRADIENT: f32 = 1.1e-19;

static TABLE: Table<2> = Table::new([SMALLEST_GRADIENT, SMALLEST]);

/// Sets numbers to 0 that would be too small.
#[derive(Clone, Copy)]
pub(super) struct Flush {
    gradient: F32x4,
    mean: F32x4,
}

impl Flush {
    #[inline(always)]
    pub fn new() -> Flush {
        let [gradient, mean] = TABLE.read();
        Flush { gradient, mean }
    }
    /// Of a number that will be squared.
    #[inline(always)]
    pub fn gradient(&self, x: F32x4) -> F32x4 {
        flushed(x, self.gradient)
    }
    /// Of a running mean.
    #[inline(always)]
    pub fn mean(&self, x: F32x4) -> F32x4 {
        flushed(x, self.mean)
    }
}

/// A NaN stays one.
#[inline(always)]
fn flushed(x: F32x4, smallest: F32x4) -> F32x4 {
    x.bits().and(x.abs().less(smallest).not()).as_f32()
}

/// Weights and slots become what `f` makes of them and of the gradients; the last few with zeros beside them.
#[inline(always)]
pub(super) fn each<const S: usize>(
    weights: &mut [f32],
    gradients: &[f32],
    slots: [&mut &mut [f32]; S],
    f: impl Fn(F32x4, F32x4, [F32x4; S]) -> (F32x4, [F32x4; S]),
) {
    let len = weights.len();
    let gradients = &gradients[..len];
    let mut slots = slots.map(|slot| &mut slot[..len]);
    let whole = len & !3;
    for at in (0..whole).step_by(4) {
        let here = at..at + 4;
        let now = slots.each_ref().map(|slot| F32x4::from_slice(&slot[here.clone()]));
        let (w, next) = f(F32x4::from_slice(&weights[here.clone()]), F32x4::from_slice(&gradients[here.clone()]), now);
        w.to_slice(&mut weights[here.clone()]);
        slots.iter_mut().zip(next).for_each(|(slot, value)| value.to_slice(&mut slot[here.clone()]));
    }
    if whole < len {
        let get = |values: &[f32]| {
            F32x4::from_array(std::array::from_fn(|i| values.get(whole + i).copied().unwrap_or_default()))
        };
        let put = |values: &mut [f32], value: F32x4| {
            values[whole..].iter_mut().zip(value.to_array()).for_each(|(place, lane)| *place = lane);
        };
        let (w, next) = f(get(weights), get(gradients), slots.each_ref().map(|slot| get(slot)));
        put(weights, w);
        slots.iter_mut().zip(next).for_each(|(slot, value)| put(slot, value));
    }
}
