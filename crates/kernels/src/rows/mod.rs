//! Functions of whole rows: softmax, its logarithm, cross-entropy, and their gradients, each in the fewest passes.
//! A value is seen as [outer, axis, inner]; rows run along `axis`.

mod group;

use crate::copy::copy;
use crate::record::{Kernel, StepContext};
use crate::reduce::{dot, sum};
use crate::vecmath::{exp, exp_or_zero, log, pipeline, ExpOrZero, Staged};
use group::{Group, Lines, ROWS};
use parallel::Span;
use simd::{F32x4, F32x8};

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
    /// Whether each row is worked on by itself.
    fn is_long(&self) -> bool {
        self.inner == 1 && self.axis > group::SHORT
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
        self.axis * if self.is_long() { 1 } else { group::PLACES }
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
        // SAFETY: inputs of this record.
        let inputs = self.inputs.map(|span| unsafe { context.read(span) });
        let per_row = if self.kind.per_row() { 1 } else { self.axis };
        // SAFETY: these rows belong to this chunk.
        let out = unsafe { context.write(self.out, from * self.inner * per_row, to * self.inner * per_row) };
        if out.is_empty() {
            return;
        }
        if self.is_long() {
            for (row, out) in (from..to).zip(out.chunks_exact_mut(per_row)) {
                self.run_row(inputs, row, out, scratch);
            }
        } else if self.inner == 1 {
            for (row, out) in (from..to).step_by(ROWS).zip(out.chunks_mut(ROWS * per_row)) {
                self.run_group(inputs, row, ROWS.min(to - row), out, scratch);
            }
        } else {
            for (outer, out) in (from..to).zip(out.chunks_exact_mut(self.inner * per_row)) {
                for i in (0..self.inner).step_by(ROWS) {
                    self.run_group(inputs, outer * self.inner + i, ROWS.min(self.inner - i), &mut out[i..], scratch);
                }
            }
        }
    }
}

impl Rows {
    /// Whether y is a value like x.
    fn takes_y(&self) -> bool {
        !self.kind.sparse() && !self.kind.alone()
    }

    fn run_row(&self, inputs: [&[f32]; 3], row: usize, out: &mut [f32], scratch: &mut [f32]) {
        let [x, y, d] = inputs;
        let line = row * self.axis..(row + 1) * self.axis;
        let targets = if self.takes_y() { &y[line.clone()] } else { &[] };
        let label = if self.kind.sparse() { y[row].to_bits() as i32 } else { 0 };
        let gradient = if self.kind.takes_gradient() { d[row] } else { 0.0 };
        work(self.kind, &x[line], targets, label, gradient, out, scratch);
    }

    /// Rows from `row` on; `out` begins where their results do.
    fn run_group(&self, inputs: [&[f32]; 3], row: usize, rows: usize, out: &mut [f32], scratch: &mut [f32]) {
        let (axis, inner) = (self.axis, self.inner);
        let from = row / inner * axis * inner + row % inner;
        let numbers = |values: &[f32], taken: bool| {
            let mut lanes = [0.0; ROWS];
            if taken {
                copy(&values[row..row + rows], &mut lanes);
            }
            F32x8::from_array(lanes)
        };
        let group = Group {
            kind: self.kind,
            lines: Lines { rows, axis, inner },
            labels: numbers(inputs[1], self.kind.sparse()).bits(),
            gradients: numbers(inputs[2], self.kind.takes_gradient()),
        };
        let y = if self.takes_y() { &inputs[1][from..] } else { &[] };
        group.run(&inputs[0][from..], y, out, scratch);
    }
}

/// A row's formulas; `between` has room for it.
fn work(kind: Kind, x: &[f32], y: &[f32], label: i32, grad: f32, out: &mut [f32], between: &mut [f32]) {
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
        let ((xs, rest), (outs, out)) = (x.as_chunks::<8>(), out.as_chunks_mut::<8>());
        let outs = &mut outs[..xs.len()];
        pipeline(
            xs.len(),
            |i| ExpOrZero::begin(F32x8::from_array(xs[i]) - largest),
            |i, between| {
                let e = ExpOrZero::end(between);
                sums = sums + e;
                outs[i] = e.to_array();
            },
        );
        each(rest, out, |v| exp_or_zero(v - largest));
        total += (sums.sum() + out.iter().sum::<f32>()) as f64;
    }
    (m, total as f32)
}

#[inline(never)]
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
#[inline(never)]
fn log_sum_exp(x: &[f32], out: &mut [f32]) -> (f32, f32) {
    let (m, sum) = exponentials(x, out);
    (m, log(F32x8::splat(sum)).to_array()[0])
}

/// out = f(x), lanes at a time; `f` does the same to every lane.
#[inline(always)]
fn each(x: &[f32], out: &mut [f32], f: impl Fn(F32x8) -> F32x8) {
    for (x, out) in x.chunks(8).zip(out.chunks_mut(8)) {
        let mut lanes = [0.0; 8];
        lanes[..x.len()].copy_from_slice(x);
        out.copy_from_slice(&f(F32x8::from_array(lanes)).to_array()[..x.len()]);
    }
}

#[cfg(test)]
mod tests;
