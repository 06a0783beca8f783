//! Short rows, eight at a time: a lane each, so that nothing is added up or compared across lanes.

use super::Kind;
use crate::gemm::interleave;
use crate::vecmath::{exp, exp_or_zero, log};
use simd::{F32x8, I32x8};

/// Rows that are worked on together.
pub(super) const ROWS: usize = 8;
/// Rows up to which sums of f32 are as good as those of lanes.
pub(super) const LONGEST: usize = 32;

/// Words of scratch for each place along rows.
pub(super) const PLACES: usize = 3 * ROWS;

/// Up to eight rows of `x` and, for kinds that have them, of `y`; one label and one gradient for each.
pub(super) struct Group<'a> {
    pub x: &'a [f32],
    pub y: &'a [f32],
    pub labels: [f32; ROWS],
    pub grads: [f32; ROWS],
    pub rows: usize,
    pub axis: usize,
}

/// A value of all rows for each place along them.
type Places<'a> = &'a mut [[f32; ROWS]];

impl Group<'_> {
    /// `out` has a number for each row, or a row; `scratch` has [`PLACES`] words for each place.
    pub fn run(&self, kind: Kind, out: &mut [f32], scratch: &mut [f32]) {
        let (x, rest) = scratch.as_chunks_mut::<ROWS>().0.split_at_mut(self.axis);
        let (y, rest) = rest.split_at_mut(self.axis);
        let results = &mut rest[..self.axis];
        self.bring(self.x, x);
        if !self.y.is_empty() {
            self.bring(self.y, y);
        }
        let number = self.work(kind, x, y, results);
        if kind.per_row() {
            out.copy_from_slice(&number.to_array()[..self.rows]);
        } else {
            interleave(results.as_flattened(), ROWS, self.axis, self.rows, self.axis, out);
        }
    }

    fn bring(&self, values: &[f32], places: Places) {
        interleave(values, self.axis, self.rows, self.axis, ROWS, places.as_flattened_mut());
    }

    /// The formulas of long rows; answers the rows' number, if they have one.
    fn work(&self, kind: Kind, x: Places, y: Places, out: Places) -> F32x8 {
        let none = F32x8::splat(0.0);
        let grads = F32x8::from_array(self.grads);
        let at = |values: &[[f32; ROWS]], place: usize| F32x8::from_array(values[place]);
        let sum = |values: &[[f32; ROWS]]| values.iter().fold(none, |sum, &v| sum + F32x8::from_array(v));
        match kind {
            Kind::Softmax | Kind::CrossEntropyGrad | Kind::SparseCrossEntropyGrad => {
                let (_, all) = exponentials(x, out);
                let scale = match kind {
                    Kind::CrossEntropyGrad => sum(y) / all,
                    Kind::SparseCrossEntropyGrad => grads / all,
                    _ => F32x8::splat(1.0) / all,
                };
                for (place, out) in out.iter_mut().enumerate() {
                    let p = F32x8::from_array(*out) * scale;
                    let value = match kind {
                        Kind::CrossEntropyGrad => (p - at(y, place)) * grads,
                        Kind::SparseCrossEntropyGrad => self.labelled(place).select(p - grads, p),
                        _ => p,
                    };
                    *out = value.to_array();
                }
                none
            }
            Kind::SoftmaxGrad => {
                let dot = x
                    .iter()
                    .zip(&*y)
                    .fold(none, |sum, (&p, &dy)| F32x8::from_array(p).madd(F32x8::from_array(dy), sum));
                for (place, out) in out.iter_mut().enumerate() {
                    *out = (at(x, place) * (at(y, place) - dot)).to_array();
                }
                none
            }
            Kind::LogSoftmaxGrad => {
                let total = sum(y);
                for (place, out) in out.iter_mut().enumerate() {
                    *out = (at(y, place) - exp(at(x, place)) * total).to_array();
                }
                none
            }
            Kind::LogSoftmax | Kind::CrossEntropy | Kind::SparseCrossEntropy => {
                let (largest, all) = exponentials(x, out);
                let log_sum = log(all);
                for (place, out) in out.iter_mut().enumerate() {
                    *out = (at(x, place) - largest).to_array();
                }
                match kind {
                    Kind::CrossEntropy => {
                        let dot = out
                            .iter()
                            .zip(&*y)
                            .fold(none, |sum, (&v, &t)| F32x8::from_array(v).madd(F32x8::from_array(t), sum));
                        sum(y) * log_sum - dot
                    }
                    // A label outside of the classes has no loss.
                    Kind::SparseCrossEntropy => (0..self.axis).fold(F32x8::splat(f32::NAN), |loss, place| {
                        self.labelled(place).select(log_sum - at(out, place), loss)
                    }),
                    _ => {
                        out.iter_mut().for_each(|out| *out = (F32x8::from_array(*out) - log_sum).to_array());
                        none
                    }
                }
            }
        }
    }

    /// Which rows' label is this place.
    fn labelled(&self, place: usize) -> I32x8 {
        F32x8::from_array(self.labels).equal(F32x8::splat(place as f32))
    }
}

/// out = eˣ⁻ᵐ with m the largest x of each row; answers m and the sums.
fn exponentials(x: Places, out: Places) -> (F32x8, F32x8) {
    let lowest = F32x8::splat(f32::NEG_INFINITY);
    let m = x.iter().fold(lowest, |m, &v| m.pmax(F32x8::from_array(v)));
    // A row of −∞ alone must not become −∞ − (−∞).
    let m = m.equal(lowest).select(F32x8::splat(0.0), m);
    let mut sum = F32x8::splat(0.0);
    for (x, out) in x.iter().zip(out) {
        let e = exp_or_zero(F32x8::from_array(*x) - m);
        sum = sum + e;
        *out = e.to_array();
    }
    (m, sum)
}
