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

/// A step of four numbers at a time, the last few with zeros beside them: `follow` gives the slots after the gradients, and that by which
/// `change` changes the weights. The next four follow before these change, so that less waits for the end of a long formula (see
/// `kernels::vecmath::Staged`).
#[inline(always)]
pub(super) fn each<const S: usize, B: Copy>(
    weights: &mut [f32],
    gradients: &[f32],
    slots: [&mut &mut [f32]; S],
    follow: impl Fn(F32x4, F32x4, [F32x4; S]) -> (B, [F32x4; S]),
    change: impl Fn(F32x4, B) -> F32x4,
) {
    let len = weights.len();
    let gradients = &gradients[..len];
    let mut slots = slots.map(|slot| &mut slot[..len]);
    let whole = len & !3;
    let four = |values: &[f32], at: usize| F32x4::from_slice(&values[at..at + 4]);
    let follow_at = |weights: &[f32], slots: &mut [&mut [f32]; S], at: usize| {
        let (by, next) = follow(four(weights, at), four(gradients, at), slots.each_ref().map(|slot| four(slot, at)));
        slots.iter_mut().zip(next).for_each(|(slot, value)| value.to_slice(&mut slot[at..at + 4]));
        by
    };
    let change_at = |weights: &mut [f32], at: usize, by: B| {
        change(four(weights, at), by).to_slice(&mut weights[at..at + 4]);
    };
    if S == 0 {
        // Formulas of gradients alone are short.
        for at in (0..whole).step_by(4) {
            let by = follow_at(weights, &mut slots, at);
            change_at(weights, at, by);
        }
    } else if whole > 0 {
        let mut by = follow_at(weights, &mut slots, 0);
        for at in (4..whole).step_by(4) {
            let next = follow_at(weights, &mut slots, at);
            change_at(weights, at - 4, by);
            by = next;
        }
        change_at(weights, whole - 4, by);
    }
    if whole < len {
        let get = |values: &[f32]| {
            F32x4::from_array(std::array::from_fn(|i| values.get(whole + i).copied().unwrap_or_default()))
        };
        let put = |values: &mut [f32], value: F32x4| {
            values[whole..].iter_mut().zip(value.to_array()).for_each(|(place, lane)| *place = lane);
        };
        let w = get(weights);
        let (by, next) = follow(w, get(gradients), slots.each_ref().map(|slot| get(slot)));
        put(weights, change(w, by));
        slots.iter_mut().zip(next).for_each(|(slot, value)| put(slot, value));
    }
}
