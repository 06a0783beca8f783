//! The walk forward.

use super::cell::{Functions, Row};
use super::product::Packed;
use super::{Input, Values, Walk, MOST_ROWS};
use crate::copy::copy;
use crate::record::{Kernel, StepContext};
use parallel::Span;

pub(super) struct Forward {
    walk: Walk,
    input: Input,
    values: Values,
    /// Parts of the output that take what the gradient needs: gates and cells, and the states that were multiplied.
    kept: Option<(Span, Span)>,
    result: Span,
    weights: Packed,
}

impl Forward {
    pub fn new(walk: Walk, input: Input, values: Values, keep: bool, out: Span, weights: Packed) -> Forward {
        let kept = keep.then(|| (Span { len: walk.kept_words(), ..out }, walk.multiplied(out)));
        let result = if keep { walk.result(out) } else { out };
        Forward { walk, input, values, kept, result, weights }
    }
}

impl Kernel for Forward {
    fn name(&self) -> &'static str {
        "recurrent"
    }
    fn chunks(&self) -> usize {
        self.walk.chunks()
    }
    fn scratch(&self) -> usize {
        let rows = self.walk.chunk_rows();
        rows * (self.input.size() + 3 * self.walk.units + self.walk.width())
            + self.walk.kept()
            + self.weights.scratch(rows)
    }
    fn flops(&self) -> u64 {
        let projected = self.walk.batch * self.walk.steps * self.walk.width() * self.input.size();
        self.walk.flops() + 2 * projected as u64
    }
    fn bytes(&self) -> u64 {
        let kept = self.kept.map_or(0, |(k, a)| k.len + a.len);
        let (Input::Projected(input) | Input::Plain { x: input, .. }) = self.input;
        4 * (input.len + kept + self.result.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let walk = &self.walk;
        let Walk { steps, units, .. } = *walk;
        let (width, outputs) = (walk.width(), walk.outputs());
        let all = walk.rows(chunk);
        let (first, rows) = (all.start, all.len());
        let functions = Functions { cell: walk.cell, state: walk.activation, gate: walk.gate_activation };

        // SAFETY: inputs of this record.
        let read = |span: Span| unsafe { context.read(span) };
        let (x, given_bias) = match self.input {
            Input::Projected(x) => (read(x), None),
            Input::Plain { x, bias, .. } => (read(x), Some(read(bias))),
        };
        // A row to multiply: what is multiplied of the input, then the state.
        let size = self.input.size();
        let line = size + units;
        let (bias, noise, mask) = (self.values.bias.map(read), self.values.noise.map(read), self.values.mask.map(read));
        // SAFETY: these rows of each part belong to this chunk.
        let write = |span: Span, row: usize| unsafe { context.write(span, first * row, all.end * row) };
        let result = write(self.result, outputs * units);
        let mut kept = self.kept.map(|(k, a)| (write(k, steps * walk.kept()), write(a, steps * units)));

        let (h, scratch) = scratch.split_at_mut(rows * units);
        let (c, scratch) = scratch.split_at_mut(rows * units);
        let (multiplied, scratch) = scratch.split_at_mut(rows * line);
        let (product, scratch) = scratch.split_at_mut(rows * width);
        let (unkept, scratch) = scratch.split_at_mut(walk.kept());
        for (state, given) in [&mut *h, &mut *c].into_iter().zip(self.values.first) {
            match given {
                Some(span) => state.copy_from_slice(&read(span)[first * units..all.end * units]),
                None => state.fill(0.0),
            }
        }
        let mut begun = [false; MOST_ROWS];
        for done in 0..steps {
            let t = walk.step(done);
            for (r, row) in multiplied.chunks_exact_mut(line).enumerate() {
                let (input, state) = row.split_at_mut(size);
                copy(&x[((first + r) * steps + t) * size..][..size], input);
                copy(&h[r * units..][..units], state);
                if let Some(noise) = noise {
                    state.iter_mut().zip(&noise[(first + r) * units..]).for_each(|(value, &factor)| *value *= factor);
                }
            }
            if size == 0 && done == 0 && self.values.first[0].is_none() {
                product.fill(0.0);
            } else {
                self.weights.multiply(context, rows, (multiplied, line), (product, width), scratch);
            }
            for r in 0..rows {
                let place = (first + r) * steps + t;
                let own = r * units..(r + 1) * units;
                let before = &multiplied[r * line + size..][..units];
                let live = mask.is_none_or(|m| m[place] != 0.0);
                let kept_row = match &mut kept {
                    Some((kept, states)) => {
                        states[(r * steps + t) * units..][..units].copy_from_slice(before);
                        &mut kept[(t * rows + r) * walk.kept()..][..walk.kept()]
                    }
                    None => &mut *unkept,
                };
                if live {
                    begun[r] = true;
                    functions.forward(Row {
                        x: given_bias.unwrap_or_else(|| &x[place * width..][..width]),
                        product: &mut product[r * width..][..width],
                        bias,
                        before,
                        h: &mut h[own.clone()],
                        c: &mut c[own.clone()],
                        kept: kept_row,
                    });
                } else if walk.cell.states() == 2 {
                    // The next step's gradient looks for the cell here.
                    kept_row[4 * units..5 * units].copy_from_slice(&c[own.clone()]);
                }
                if walk.sequences || done + 1 == steps {
                    let at = r * outputs + if walk.sequences { done } else { 0 };
                    let out = &mut result[at * units..][..units];
                    if live || begun[r] && !walk.zero_output {
                        out.copy_from_slice(&h[own]);
                    } else {
                        out.fill(0.0);
                    }
                }
            }
        }
        if walk.states {
            for r in 0..rows {
                let from = ((r + 1) * outputs - walk.cell.states()) * units;
                for (i, state) in [&*h, &*c].into_iter().take(walk.cell.states()).enumerate() {
                    result[from + i * units..][..units].copy_from_slice(&state[r * units..][..units]);
                }
            }
        }
    }
}
