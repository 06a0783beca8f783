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
        rows * (4 * self.walk.units + self.walk.line() + self.walk.kept()) + self.weights.scratch()
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
        let (width, line) = (walk.width(), walk.line());
        let all = walk.rows(chunk);
        let (first, rows) = (all.start, all.len());
        let functions = Functions { cell: walk.cell, state: walk.activation, gate: walk.gate_activation };
        let given = Given::read(self, context);
        // SAFETY: these rows of each part belong to this chunk.
        let write = |span: Span, row: usize| unsafe { context.write(span, first * row, all.end * row) };
        let result = write(self.result, walk.outputs() * units);
        let mut kept = self.kept.map(|(kept, lines)| (write(kept, steps * walk.kept()), write(lines, steps * line)));

        let room = rows * units;
        let (h, scratch) = scratch.split_at_mut(room);
        let (c, scratch) = scratch.split_at_mut(room);
        let (h_before, scratch) = scratch.split_at_mut(room);
        let (c_before, scratch) = scratch.split_at_mut(room);
        let (unkept_lines, scratch) = scratch.split_at_mut(rows * line);
        let (unkept, scratch) = scratch.split_at_mut(rows * walk.kept());
        for (state, given) in [&mut *h, &mut *c].into_iter().zip(given.first) {
            match given {
                Some(values) => state.copy_from_slice(&values[first * units..all.end * units]),
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
            for (r, h) in h.chunks_exact(units).enumerate() {
                given.multiplied(walk, first + r, t, h, &mut lines[r * apart..][..line]);
            }
            // A first state of zeros needs no product.
            let k = if done == 0 && given.first[0].is_none() { ahead } else { line };
            self.weights.multiply(context, rows, (lines, apart, k), kept, scratch);
            if given.mask.is_some() {
                h_before.copy_from_slice(h);
                c_before.copy_from_slice(c);
            }
            functions.forward(Step {
                units,
                x: given.projected.map(|x| Rows { at: &x[(first * steps + t) * width..], apart: steps * width }),
                before: Rows { at: &lines[ahead..], apart },
                h,
                c,
                kept,
            });
            for (r, begun) in begun[..rows].iter_mut().enumerate() {
                let own = r * units..(r + 1) * units;
                let live = given.mask.is_none_or(|m| m[(first + r) * steps + t] != 0.0);
                *begun |= live;
                if !live {
                    h[own.clone()].copy_from_slice(&h_before[own.clone()]);
                    c[own.clone()].copy_from_slice(&c_before[own.clone()]);
                    if walk.cell == Cell::Lstm {
                        // The next step's gradient looks for the cell here.
                        kept[4 * room..][own.clone()].copy_from_slice(&c[own.clone()]);
                    }
                }
                let seen = live || *begun && !walk.zero_output;
                walk.write_output(result, r, done, seen.then_some(&h[own]));
            }
        }
        if walk.states {
            walk.write_states(result, [h, c]);
        }
    }
}

/// What the steps of a walk are given.
struct Given<'a> {
    /// What of the input is multiplied, or is projected already.
    plain: Option<&'a [f32]>,
    projected: Option<&'a [f32]>,
    noise: Option<&'a [f32]>,
    mask: Option<&'a [f32]>,
    /// States before the first step.
    first: [Option<&'a [f32]>; 2],
}

impl<'a> Given<'a> {
    fn read(forward: &Forward, context: &StepContext<'a>) -> Given<'a> {
        // SAFETY: inputs of this record.
        let read = |span: Span| unsafe { context.read(span) };
        let (plain, projected) = match forward.input {
            Input::Projected(x) => (None, Some(read(x))),
            Input::Plain { x, .. } => (Some(read(x)), None),
        };
        let Values { noise, mask, first, .. } = forward.values;
        Given { plain, projected, noise: noise.map(read), mask: mask.map(read), first: first.map(|f| f.map(read)) }
    }

    /// The line that a row's weights are multiplied by in step `t`: one and the input, if that isn't projected, then the state.
    fn multiplied(&self, walk: &Walk, row: usize, t: usize, h: &[f32], line: &mut [f32]) {
        let (input, state) = line.split_at_mut(walk.ahead);
        if let [one, input @ ..] = input {
            *one = 1.0;
            if let Some(x) = self.plain {
                copy(&x[(row * walk.steps + t) * input.len()..][..input.len()], input);
            }
        }
        state.copy_from_slice(h);
        if let Some(noise) = self.noise {
            state.iter_mut().zip(&noise[row * walk.units..]).for_each(|(value, &factor)| *value *= factor);
        }
    }
}

impl Walk {
    /// A row's output of a step, if the result has it: its state, or zeros.
    fn write_output(&self, result: &mut [f32], row: usize, done: usize, state: Option<&[f32]>) {
        if !self.sequences && done + 1 < self.steps {
            return;
        }
        let at = row * self.outputs() + if self.sequences { done } else { 0 };
        let out = &mut result[at * self.units..][..self.units];
        match state {
            Some(state) => out.copy_from_slice(state),
            None => out.fill(0.0),
        }
    }

    /// The last states, behind each row's outputs.
    fn write_states(&self, result: &mut [f32], states: [&mut [f32]; 2]) {
        let (units, count) = (self.units, self.cell.states());
        for (r, own) in result.chunks_exact_mut(self.outputs() * units).enumerate() {
            let from = own.len() - count * units;
            for (place, state) in own[from..].chunks_exact_mut(units).zip(&states) {
                place.copy_from_slice(&state[r * units..][..units]);
            }
        }
    }
}
