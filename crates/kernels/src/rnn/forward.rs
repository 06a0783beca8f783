//! The walk forward.

use super::cell::{Functions, Projected, Step};
use super::product::{Packed, Rows};
use super::{Cell, Input, Values, Walk, MOST_ROWS};
use crate::record::{Kernel, StepContext};
use parallel::Span;

pub(super) struct Forward {
    walk: Walk,
    input: Input,
    /// Whether a bias is the first row of the weights.
    bias: bool,
    values: Values,
    /// Parts of the output that take what the gradient needs: gates and cells, and the states that were multiplied.
    kept: Option<(Span, Span)>,
    result: Span,
    weights: Packed,
}

impl Forward {
    pub fn new(
        walk: Walk,
        input: Input,
        bias: bool,
        values: Values,
        keep: bool,
        out: Span,
        weights: Packed,
    ) -> Forward {
        let kept = keep.then(|| (Span { len: walk.kept_words(), ..out }, walk.multiplied(out)));
        let result = if keep { walk.result(out) } else { out };
        Forward { walk, input, bias, values, kept, result, weights }
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
        rows * (5 * self.walk.units + self.walk.kept()) + self.weights.scratch(rows)
    }
    fn flops(&self) -> u64 {
        let projected = self.walk.batch * self.walk.steps * self.walk.width() * self.input.size();
        self.walk.flops() + 2 * projected as u64
    }
    fn bytes(&self) -> u64 {
        let kept = self.kept.map_or(0, |(k, a)| k.len + a.len);
        4 * (self.input.span().len + kept + self.result.len) as u64
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
        let (x, noise, mask) = (read(self.input.span()), self.values.noise.map(read), self.values.mask.map(read));
        // SAFETY: these rows of each part belong to this chunk.
        let write = |span: Span, row: usize| unsafe { context.write(span, first * row, all.end * row) };
        let result = write(self.result, outputs * units);
        let mut kept = self.kept.map(|(k, a)| (write(k, steps * walk.kept()), write(a, steps * units)));

        let room = rows * units;
        let (h, scratch) = scratch.split_at_mut(room);
        let (c, scratch) = scratch.split_at_mut(room);
        let (h_before, scratch) = scratch.split_at_mut(room);
        let (c_before, scratch) = scratch.split_at_mut(room);
        let (noisy, scratch) = scratch.split_at_mut(room);
        let (unkept, scratch) = scratch.split_at_mut(rows * walk.kept());
        for (state, given) in [&mut *h, &mut *c].into_iter().zip(self.values.first) {
            match given {
                Some(span) => state.copy_from_slice(&read(span)[first * units..all.end * units]),
                None => state.fill(0.0),
            }
        }
        let size = self.input.size();
        let mut begun = [false; MOST_ROWS];
        for done in 0..steps {
            let t = walk.step(done);
            h_before.copy_from_slice(h);
            c_before.copy_from_slice(c);
            let before = match noise {
                Some(noise) => {
                    let factors = h.iter().zip(&noise[first * units..]);
                    noisy.iter_mut().zip(factors).for_each(|(noisy, (h, factor))| *noisy = h * factor);
                    &*noisy
                }
                None => &*h_before,
            };
            let kept = match &mut kept {
                Some((kept, states)) => {
                    for (r, state) in before.chunks_exact(units).enumerate() {
                        states[(r * steps + t) * units..][..units].copy_from_slice(state);
                    }
                    &mut kept[t * rows * walk.kept()..][..rows * walk.kept()]
                }
                None => &mut *unkept,
            };
            let parts = [
                Rows { at: &[1.0], apart: 0, k: self.bias as usize },
                Rows { at: &x[(first * steps + t) * size..], apart: steps * size, k: size },
                Rows { at: before, apart: units, k: units },
            ];
            // A first state of zeros needs no product.
            let parts = if done == 0 && self.values.first[0].is_none() { &parts[..2] } else { &parts };
            self.weights.multiply(context, rows, parts, kept, scratch);
            let projected = || Projected { at: &x[(first * steps + t) * width..], apart: steps * width };
            let x = matches!(self.input, Input::Projected(_)).then(projected);
            functions.forward(Step { units, x, before, h, c, kept });
            for r in 0..rows {
                let own = r * units..(r + 1) * units;
                let live = mask.is_none_or(|m| m[(first + r) * steps + t] != 0.0);
                begun[r] |= live;
                if !live {
                    h[own.clone()].copy_from_slice(&h_before[own.clone()]);
                    c[own.clone()].copy_from_slice(&c_before[own.clone()]);
                    if walk.cell == Cell::Lstm {
                        // The next step's gradient looks for the cell here.
                        kept[4 * room..][own.clone()].copy_from_slice(&c[own.clone()]);
                    }
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
