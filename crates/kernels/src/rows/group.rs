//! Rows eight at a time, a lane each, so that nothing is added up or compared across lanes: short ones, and those that lie side by side.

use super::Kind;
use crate::gemm::interleave;
use crate::vecmath::{exp, log, pipeline, ExpOrZero, Staged};
use simd::{F32x8, I32x8};

/// Rows that are worked on together.
pub(super) const ROWS: usize = 8;
/// Length up to which rows that lie one after the other are.
pub(super) const SHORT: usize = 32;
/// Words of scratch for each place along rows.
pub(super) const PLACES: usize = 3 * ROWS;
/// Numbers that are added up before their sums are.
const BLOCK: usize = 32;

/// How rows lie: one after the other, or, where there are others `inner` to the axis, side by side.
pub(super) struct Lines {
    pub rows: usize,
    pub axis: usize,
    pub inner: usize,
}

impl Lines {
    /// A value of each row side by side, for each place along them.
    fn bring(&self, values: &[f32], places: Places) {
        let Lines { rows, axis, inner } = *self;
        if inner == 1 {
            return interleave(values, axis, rows, axis, ROWS, places.as_flattened_mut());
        }
        for (place, values) in places.iter_mut().zip(values.chunks(inner)) {
            place[..rows].copy_from_slice(&values[..rows]);
        }
    }

    fn put(&self, places: &[[f32; ROWS]], out: &mut [f32]) {
        let Lines { rows, axis, inner } = *self;
        if inner == 1 {
            return interleave(places.as_flattened(), ROWS, axis, rows, axis, out);
        }
        for (place, out) in places.iter().zip(out.chunks_mut(inner)) {
            out[..rows].copy_from_slice(&place[..rows]);
        }
    }
}

/// Up to eight rows; one label and one gradient for each.
pub(super) struct Group {
    pub kind: Kind,
    pub lines: Lines,
    pub labels: I32x8,
    pub gradients: F32x8,
}

/// A value of all rows for each place along them.
type Places<'a> = &'a mut [[f32; ROWS]];

impl Group {
    /// `x`, `y` for kinds that have it, and `out` begin at the first row's first number; `scratch` has [`PLACES`] words for each place.
    pub fn run(&self, x: &[f32], y: &[f32], out: &mut [f32], scratch: &mut [f32]) {
        let Lines { rows, axis, .. } = self.lines;
        let (xs, rest) = scratch.as_chunks_mut::<ROWS>().0.split_at_mut(axis);
        let (ys, rest) = rest.split_at_mut(axis);
        let results = &mut rest[..axis];
        self.lines.bring(x, xs);
        if !y.is_empty() {
            self.lines.bring(y, ys);
        }
        let number = self.work(xs, ys, results);
        if self.kind.per_row() {
            out[..rows].copy_from_slice(&number.to_array()[..rows]);
        } else {
            self.lines.put(results, out);
        }
    }

    /// The formulas of long rows; answers the rows' number, if they have one.
    fn work(&self, x: Places, y: Places, out: Places) -> F32x8 {
        let (none, gradients) = (F32x8::splat(0.0), self.gradients);
        match self.kind {
            Kind::Softmax => {
                let (_, all) = exponentials(x, out);
                let scale = F32x8::splat(1.0) / all;
                change(out, |_, e| e * scale);
            }
            Kind::CrossEntropyGrad => {
                let (_, all) = exponentials(x, out);
                let scale = sum(y) / all;
                change(out, |place, e| (e * scale - at(y, place)) * gradients);
            }
            Kind::SparseCrossEntropyGrad => {
                let (_, all) = exponentials(x, out);
                let scale = gradients / all;
                change(out, |place, e| e * scale - self.labelled(place).select(gradients, none));
            }
            Kind::SoftmaxGrad => {
                let dot = dot(x, Some(y));
                change(out, |place, _| at(x, place) * (at(y, place) - dot));
            }
            Kind::LogSoftmaxGrad => {
                let all = sum(y);
                change(out, |place, _| at(y, place) - exp(at(x, place)) * all);
            }
            Kind::LogSoftmax => {
                let (largest, log_sum) = log_sum_exp(x, out);
                change(out, |place, _| (at(x, place) - largest) - log_sum);
            }
            Kind::CrossEntropy => {
                let (largest, log_sum) = log_sum_exp(x, out);
                change(out, |place, _| at(x, place) - largest);
                return sum(y) * log_sum - dot(out, Some(y));
            }
            Kind::SparseCrossEntropy => {
                let (largest, log_sum) = log_sum_exp(x, out);
                // A label outside of the classes has no loss.
                return (0..self.lines.axis).fold(F32x8::splat(f32::NAN), |loss, place| {
                    self.labelled(place).select(log_sum - (at(x, place) - largest), loss)
                });
            }
        }
        none
    }

    /// Which rows' label is this place.
    fn labelled(&self, place: usize) -> I32x8 {
        self.labels.to_f32().equal(F32x8::splat(place as f32))
    }
}

fn at(places: &[[f32; ROWS]], place: usize) -> F32x8 {
    F32x8::from_array(places[place])
}

/// Sums of products, or of the values alone.
#[inline(never)]
fn dot(x: &[[f32; ROWS]], y: Option<&[[f32; ROWS]]>) -> F32x8 {
    let (none, one) = (F32x8::splat(0.0), F32x8::splat(1.0));
    let (mut all, mut sum) = (none, none);
    for place in 0..x.len() {
        sum = at(x, place).madd(y.map_or(one, |y| at(y, place)), sum);
        if place % BLOCK == BLOCK - 1 {
            (all, sum) = (all + sum, none);
        }
    }
    all + sum
}

fn sum(values: &[[f32; ROWS]]) -> F32x8 {
    dot(values, None)
}

/// Each place's values from those that are there.
#[inline(always)]
fn change(out: Places, f: impl Fn(usize, F32x8) -> F32x8) {
    for (place, values) in out.iter_mut().enumerate() {
        *values = f(place, F32x8::from_array(*values)).to_array();
    }
}

/// The largest x of each row, and the logarithm of the sum of eˣ⁻ᵐ beside it; `out` gets those.
#[inline(never)]
fn log_sum_exp(x: Places, out: Places) -> (F32x8, F32x8) {
    let (m, sum) = exponentials(x, out);
    (m, log(sum))
}

/// out = eˣ⁻ᵐ with m the largest x of each row; answers m and the sums.
#[inline(never)]
fn exponentials(x: Places, out: Places) -> (F32x8, F32x8) {
    let lowest = F32x8::splat(f32::NEG_INFINITY);
    let m = x.iter().fold(lowest, |m, &v| m.pmax(F32x8::from_array(v)));
    // A row of −∞ alone must not become −∞ − (−∞).
    let m = m.equal(lowest).select(F32x8::splat(0.0), m);
    let results = &mut out[..x.len()];
    pipeline(
        x.len(),
        |i| ExpOrZero::begin(F32x8::from_array(x[i]) - m),
        |i, between| results[i] = ExpOrZero::end(between).to_array(),
    );
    (m, sum(out))
}
