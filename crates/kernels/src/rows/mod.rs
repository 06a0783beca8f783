//! Functions of whole rows: softmax, its logarithm, cross-entropy, and their gradients, each in the fewest passes.
//! A value is seen as [outer, axis, inner]; rows run along `axis`.

mod short;

use crate::record::{Kernel, StepContext};
use crate::reduce::{dot, sum};
use crate::vecmath::{exp, exp_or_zero, log};
use parallel::Span;
use simd::{F32x4, F32x8};
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// out = softmax(x)
    Softmax,
    /// out = y·(dy − Σ y·dy); inputs y, dy
    SoftmaxGrad,
    /// out = x − ln Σ eˣ
    LogSoftmax,
    /// out = dy − e^y·Σ dy; inputs y, dy
    LogSoftmaxGrad,
    /// out[row] = Σt · ln Σ eˣ − Σ t·x; inputs logits x, targets t
    CrossEntropy,
    /// out = (Σt · softmax(x) − t)·d[row]; inputs x, t, d
    CrossEntropyGrad,
    /// out[row] = ln Σ eˣ − x[label]; inputs x, labels (i32)
    SparseCrossEntropy,
    /// out = (softmax(x) − onehot(label))·d[row]; inputs x, labels, d
    SparseCrossEntropyGrad,
}

impl Kind {
    fn per_row(self) -> bool {
        matches!(self, Kind::CrossEntropy | Kind::SparseCrossEntropy)
    }
    fn sparse(self) -> bool {
        matches!(self, Kind::SparseCrossEntropy | Kind::SparseCrossEntropyGrad)
    }
    /// Whether x is all that it takes.
    fn alone(self) -> bool {
        matches!(self, Kind::Softmax | Kind::LogSoftmax)
    }
    fn takes_gradient(self) -> bool {
        matches!(self, Kind::CrossEntropyGrad | Kind::SparseCrossEntropyGrad)
    }
}

const CHUNK: usize = 8 * 1024;
/// f32 sums of at most this many numbers are added up in f64.
const BLOCK: usize = 1024;
/// Vectors side by side, none of which waits for another's sum or maximum.
const SIDES: usize = 4;

pub struct Rows {
    pub kind: Kind,
    /// As many as the kind takes; the rest repeats the first.
    pub inputs: [Span; 3],
    pub out: Span,
    pub outer: usize,
    pub axis: usize,
    pub inner: usize,
}

impl Rows {
    /// Whether rows are worked on several at a time.
    fn is_short(&self) -> bool {
        self.inner == 1 && (1..=short::LONGEST).contains(&self.axis)
    }

    fn rows_per_chunk(&self) -> usize {
        (CHUNK / (self.axis * self.inner).max(1)).max(1)
    }
}

impl Kernel for Rows {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Softmax => "softmax",
            Kind::SoftmaxGrad => "softmax_grad",
            Kind::LogSoftmax => "log_softmax",
            Kind::LogSoftmaxGrad => "log_softmax_grad",
            Kind::CrossEntropy => "cross_entropy",
            Kind::CrossEntropyGrad => "cross_entropy_grad",
            Kind::SparseCrossEntropy => "sparse_cross_entropy",
            Kind::SparseCrossEntropyGrad => "sparse_cross_entropy_grad",
        }
    }
    fn chunks(&self) -> usize {
        self.outer.div_ceil(self.rows_per_chunk())
    }
    fn scratch(&self) -> usize {
        self.axis * if self.is_short() { short::PLACES } else { 4 }
    }
    fn flops(&self) -> u64 {
        10 * (self.outer * self.axis * self.inner) as u64
    }
    fn bytes(&self) -> u64 {
        4 * (self.inputs[0].len * 2 + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let from = chunk * self.rows_per_chunk();
        let to = (from + self.rows_per_chunk()).min(self.outer);
        let (axis, inner) = (self.axis, self.inner);
        // SAFETY: inputs of this record.
        let [x, y, d] = self.inputs.map(|span| unsafe { context.read(span) });
        let per_row = if self.kind.per_row() { inner } else { axis * inner };
        // SAFETY: these rows belong to this chunk.
        let out = unsafe { context.write(self.out, from * per_row, to * per_row) };
        if self.is_short() {
            return self.run_short(from..to, [x, y, d], out, scratch);
        }
        let (row_x, rest) = scratch.split_at_mut(axis);
        let (row_y, rest) = rest.split_at_mut(axis);
        let (row_out, rest) = rest.split_at_mut(axis);
        let exponentials = &mut rest[..axis];
        for outer in from..to {
            for i in 0..inner {
                let row = outer * inner + i;
                let local = (outer - from) * inner + i;
                let label = if self.kind.sparse() { label(y[row]) } else { 0 };
                let grad = if self.kind.takes_gradient() { d[row] } else { 0.0 };
                if inner == 1 {
                    let line = outer * axis..(outer + 1) * axis;
                    let targets = if self.kind.sparse() { &[] } else { &y[line.clone()] };
                    let out =
                        if self.kind.per_row() { &mut out[local..=local] } else { &mut out[local * axis..][..axis] };
                    run_row(self.kind, &x[line], targets, label, grad, out, exponentials);
                    continue;
                }
                for a in 0..axis {
                    let at = (outer * axis + a) * inner + i;
                    row_x[a] = x[at];
                    row_y[a] = if self.kind.sparse() { 0.0 } else { y[at] };
                }
                if self.kind.per_row() {
                    run_row(self.kind, row_x, row_y, label, grad, &mut out[local..=local], exponentials);
                } else {
                    run_row(self.kind, row_x, row_y, label, grad, row_out, exponentials);
                    for a in 0..axis {
                        out[((outer - from) * axis + a) * inner + i] = row_out[a];
                    }
                }
            }
        }
    }
}

impl Rows {
    fn run_short(&self, rows: Range<usize>, [x, y, d]: [&[f32]; 3], out: &mut [f32], scratch: &mut [f32]) {
        let (kind, axis) = (self.kind, self.axis);
        let per_row = if kind.per_row() { 1 } else { axis };
        for (row, out) in rows.clone().step_by(short::ROWS).zip(out.chunks_mut(short::ROWS * per_row)) {
            let rows = short::ROWS.min(rows.end - row);
            let lines = row * axis..(row + rows) * axis;
            // Of each row; the last one's again for those that are missing.
            let number = |i: usize| row + i.min(rows - 1);
            let group = short::Group {
                x: &x[lines.clone()],
                y: if kind.sparse() || kind.alone() { &[] } else { &y[lines] },
                labels: std::array::from_fn(|i| if kind.sparse() { label(y[number(i)]) as f32 } else { 0.0 }),
                grads: std::array::from_fn(|i| if kind.takes_gradient() { d[number(i)] } else { 0.0 }),
                rows,
                axis,
            };
            group.run(kind, out, scratch);
        }
    }
}

/// Data of whole numbers come as their bits.
fn label(value: f32) -> i32 {
    value.to_bits() as i32
}

fn run_row(kind: Kind, x: &[f32], y: &[f32], label: i32, grad: f32, out: &mut [f32], between: &mut [f32]) {
    match kind {
        Kind::Softmax => {
            let (_, sum) = exponentials(x, out);
            let scale = 1.0 / sum;
            out.iter_mut().for_each(|p| *p *= scale);
        }
        Kind::SoftmaxGrad => {
            let dot = dot(x, 0.0, y);
            for ((o, &p), &dy) in out.iter_mut().zip(x).zip(y) {
                *o = p * (dy - dot);
            }
        }
        Kind::LogSoftmax => {
            // In this order: the largest may be so large that the logarithm would drown in it.
            let (largest, log_sum) = log_sum_exp(x, between);
            for (o, &v) in out.iter_mut().zip(x) {
                *o = (v - largest) - log_sum;
            }
        }
        Kind::LogSoftmaxGrad => {
            let total = sum(y) as f32;
            each(x, out, exp);
            for (o, &dy) in out.iter_mut().zip(y) {
                *o = dy - *o * total;
            }
        }
        Kind::CrossEntropy => {
            let total = sum(y) as f32;
            let (largest, log_sum) = log_sum_exp(x, between);
            out[0] = total * log_sum - dot(x, largest, y);
        }
        Kind::CrossEntropyGrad => {
            let (_, all) = exponentials(x, out);
            let scale = sum(y) as f32 / all;
            for (o, &t) in out.iter_mut().zip(y) {
                *o = (*o * scale - t) * grad;
            }
        }
        Kind::SparseCrossEntropy => {
            // A label outside of the classes has no loss; data are checked before training, so this is a last resort.
            let (largest, log_sum) = log_sum_exp(x, between);
            out[0] = x.get(label as usize).map_or(f32::NAN, |&v| log_sum - (v - largest));
        }
        Kind::SparseCrossEntropyGrad => {
            let (_, sum) = exponentials(x, out);
            let scale = grad / sum;
            out.iter_mut().for_each(|p| *p *= scale);
            if let Some(p) = out.get_mut(label as usize) {
                *p -= grad;
            }
        }
    }
}

/// out = eˣ⁻ᵐ with m the largest x; returns m and the sum.
fn exponentials(x: &[f32], out: &mut [f32]) -> (f32, f32) {
    let m = maximum(x);
    let largest = F32x8::splat(m);
    let mut total = 0.0f64;
    for (x, out) in x.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
        let mut sums = F32x8::splat(0.0);
        let (mut xs, mut outs) = (x.chunks_exact(8), out.chunks_exact_mut(8));
        for (x, out) in (&mut xs).zip(&mut outs) {
            let e = exp_or_zero(F32x8::from_slice(x) - largest);
            sums = sums + e;
            e.to_slice(out);
        }
        let (rest, out) = (xs.remainder(), outs.into_remainder());
        each(rest, out, |v| exp_or_zero(v - largest));
        total += (sums.sum() + out.iter().sum::<f32>()) as f64;
    }
    (m, total as f32)
}

fn maximum(x: &[f32]) -> f32 {
    let mut sides = [F32x4::splat(f32::NEG_INFINITY); SIDES];
    let mut chunks = x.chunks_exact(4 * SIDES);
    for chunk in &mut chunks {
        for (i, lanes) in sides.iter_mut().enumerate() {
            *lanes = lanes.pmax(F32x4::from_slice(&chunk[4 * i..]));
        }
    }
    let lanes = sides[0].pmax(sides[1]).pmax(sides[2].pmax(sides[3]));
    let rest = chunks.remainder().iter();
    let m = lanes.to_array().iter().chain(rest).fold(f32::NEG_INFINITY, |m, &v| if v > m { v } else { m });
    // A row of −∞ alone must not become −∞ − (−∞).
    if m == f32::NEG_INFINITY {
        0.0
    } else {
        m
    }
}

/// The largest x, and the logarithm of the sum of eˣ⁻ᵐ beside it; `out` gets those.
fn log_sum_exp(x: &[f32], out: &mut [f32]) -> (f32, f32) {
    let (m, sum) = exponentials(x, out);
    (m, log(F32x8::splat(sum)).to_array()[0])
}

/// out = f(x), lanes at a time; `f` does the same to every lane.
#[inline(always)]
fn each(x: &[f32], out: &mut [f32], f: impl Fn(F32x8) -> F32x8) {
    let mut xs = x.chunks_exact(8);
    let mut outs = out.chunks_exact_mut(8);
    for (a, o) in (&mut xs).zip(&mut outs) {
        f(F32x8::from_slice(a)).to_slice(o);
    }
    let (rest, out) = (xs.remainder(), outs.into_remainder());
    if rest.is_empty() {
        return;
    }
    let mut lanes = [0.0; 8];
    lanes[..rest.len()].copy_from_slice(rest);
    out.copy_from_slice(&f(F32x8::from_array(lanes)).to_array()[..rest.len()]);
}

#[cfg(test)]
mod tests;
