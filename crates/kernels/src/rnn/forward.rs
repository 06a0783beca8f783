//! The walk forward.

use super::cell::{Functions, Rows, Step};
use super::product::Packed;
use super::{Cell, Input, Values, Walk, MOST_ROWS};
use crate::copy::copy;
use crate::record::{Kernel, StepContext};
use parallel::Span;

pub(super) struct Forward {
    walk: Walk,
    input: Input,
    values: Values,
    /// Parts of the output that take what the gradient needs: gates and cells, and what was multiplied.
    kept: Option<(Span, Span)>,
    result: Span,
    weights: Packed,
}

impl Forward {
    pub fn new(walk: Walk, input: Input, values: Values, keep: bool, out: Span, weights: Packed) -> Forward {
        let kept = keep.then(|| (Span { len: walk.kept_words(), ..out }, walk.lines(out)));
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
        rows * (4 * self.walk.units + self.walk.line() + self.walk.kept()) + self.weights.scratch(rows)
    }
    fn flops(&self) -> u64 {
        self.walk.flops(self.walk.line())
    }
    fn bytes(&self) -> u64 {
        let kept = self.kept.map_or(0, |(kept, lines)| kept.len + lines.len);
        let (Input::Projected(input) | Input::Plain { x: input, .. }) = self.input;
        4 * (input.len + kept + self.result.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let walk = &self.walk;
        let Walk { steps, units, ahead, .. } = *walk;
        let (width, line, outputs) = (walk.width(), walk.line(), walk.outputs());
        let all = walk.rows(chunk);
        let (first, rows) = (all.start, all.len());
        let functions = Functions { cell: walk.cell, state: walk.activation, gate: walk.gate_activation };

        // SAFETY: inputs of this record.
        let read = |span: Span| unsafe { context.read(span) };
        // What is multiplied of the input, its width, and what is not.
        let (plain, size, projected) = match self.input {
            Input::Projected(x) => (None, 0, Some(read(x))),
            Input::Plain { x, .. } => (Some(read(x)), ahead - 1, None),
        };
        let (noise, mask) = (self.values.noise.map(read), self.values.mask.map(read));
        // SAFETY: these rows of each part belong to this chunk.
        let write = |span: Span, row: usize| unsafe { context.write(span, first * row, all.end * row) };
        let result = write(self.result, outputs * units);
        let mut kept = self.kept.map(|(kept, lines)| (write(kept, steps * walk.kept()), write(lines, steps * line)));

        let room = rows * units;
        let (h, scratch) = scratch.split_at_mut(room);
        let (c, scratch) = scratch.split_at_mut(room);
        let (h_before, scratch) = scratch.split_at_mut(room);
        let (c_before, scratch) = scratch.split_at_mut(room);
        let (unkept_lines, scratch) = scratch.split_at_mut(rows * line);
        let (unkept, scratch) = scratch.split_at_mut(rows * walk.kept());
        for (state, given) in [&mut *h, &mut *c].into_iter().zip(self.values.first) {
            match given {
                Some(span) => state.copy_from_slice(&read(span)[first * units..all.end * units]),
                None => state.fill(0.0),
            }
        }
        let mut begun = [false; MOST_ROWS];
        for done in 0..steps {
            let t = walk.step(done);
            let (kept, lines, apart) = match &mut kept {
                Some((kept, lines)) => {
                    (&mut kept[t * rows * walk.kept()..][..rows * walk.kept()], &mut lines[t * line..], steps * line)
                }
                None => (&mut *unkept, &mut *unkept_lines, line),
            };
            for r in 0..rows {
                let (input, state) = lines[r * apart..][..line].split_at_mut(ahead);
                if let [one, input @ ..] = input {
                    *one = 1.0;
                    if let Some(x) = plain {
                        copy(&x[((first + r) * steps + t) * size..][..size], input);
                    }
                }
                state.copy_from_slice(&h[r * units..][..units]);
                if let Some(noise) = noise {
                    state.iter_mut().zip(&noise[(first + r) * units..]).for_each(|(value, &factor)| *value *= factor);
                }
            }
            // A first state of zeros needs no product.
            let k = if done == 0 && self.values.first[0].is_none() { ahead } else { line };
            self.weights.multiply(context, rows, (lines, apart, k), kept, scratch);
            if mask.is_some() {
                h_before.copy_from_slice(h);
                c_before.copy_from_slice(c);
            }
            functions.forward(Step {
                units,
                x: projected.map(|x| Rows { at: &x[(first * steps + t) * width..], apart: steps * width }),
                before: Rows { at: &lines[ahead..], apart },
                h,
                c,
                kept,
            });
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
