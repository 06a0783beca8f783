//! The walk back.

use super::cell::{BackRow, Functions};
use super::product::Packed;
use super::{Cell, Values, Walk, MOST_ROWS};
use crate::record::{Kernel, StepContext};
use parallel::Span;

pub(super) struct Backward {
    walk: Walk,
    kept: Span,
    lines: Span,
    dy: Span,
    values: Values,
    out: Span,
    weights: Packed,
}

impl Backward {
    pub fn new(walk: Walk, keep: Span, dy: Span, values: Values, out: Span, weights: Packed) -> Backward {
        let kept = Span { len: walk.kept_words(), ..keep };
        Backward { walk, kept, lines: walk.lines(keep), dy, values, out, weights }
    }

    /// Whether the recurrent product has another gradient than the projected input.
    fn apart(&self) -> bool {
        self.walk.cell == Cell::Gru
    }

    /// The first step of the walk that counts, for each row.
    fn beginnings(&self, mask: Option<&[f32]>, first: usize, rows: usize) -> [usize; MOST_ROWS] {
        let mut begins = [0; MOST_ROWS];
        if let Some(mask) = mask {
            let steps = self.walk.steps;
            for (r, begin) in begins.iter_mut().take(rows).enumerate() {
                let live = |&done: &usize| mask[(first + r) * steps + self.walk.step(done)] != 0.0;
                *begin = (0..steps).find(live).unwrap_or(steps);
            }
        }
        begins
    }
}

impl Kernel for Backward {
    fn name(&self) -> &'static str {
        "recurrent_grad"
    }
    fn chunks(&self) -> usize {
        self.walk.chunks()
    }
    fn scratch(&self) -> usize {
        let rows = self.walk.chunk_rows();
        rows * (3 * self.walk.units + self.walk.width()) + self.weights.scratch()
    }
    fn flops(&self) -> u64 {
        self.walk.flops(self.walk.units)
    }
    fn bytes(&self) -> u64 {
        4 * (self.kept.len + self.lines.len + self.dy.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let walk = &self.walk;
        let Walk { batch, steps, units, .. } = *walk;
        let (width, outputs) = (walk.width(), walk.outputs());
        let all = walk.rows(chunk);
        let (first, rows) = (all.start, all.len());
        let functions = Functions { cell: walk.cell, state: walk.activation, gate: walk.gate_activation };

        // SAFETY: inputs of this record.
        let read = |span: Span| unsafe { context.read(span) };
        let (kept, lines, dy) = (read(self.kept), read(self.lines), read(self.dy));
        let (noise, mask, c_first) =
            (self.values.noise.map(read), self.values.mask.map(read), self.values.first[1].map(read));
        // SAFETY: these rows belong to this chunk.
        let dx = unsafe { context.write(self.out, first * steps * width, all.end * steps * width) };

        let (dh, scratch) = scratch.split_at_mut(rows * units);
        let (dc, scratch) = scratch.split_at_mut(rows * units);
        let (product, scratch) = scratch.split_at_mut(rows * units);
        let (inner, scratch) = scratch.split_at_mut(rows * width);
        let upstream = |r: usize, line: usize| &dy[((first + r) * outputs + line) * units..][..units];
        dh.fill(0.0);
        dc.fill(0.0);
        if walk.states {
            let from = outputs - walk.cell.states();
            for (i, state) in [&mut *dh, &mut *dc].into_iter().take(walk.cell.states()).enumerate() {
                for r in 0..rows {
                    state[r * units..][..units].copy_from_slice(upstream(r, from + i));
                }
            }
        }
        let begins = self.beginnings(mask, first, rows);
        let given = self.values.first[0].is_some();
        for done in (0..steps).rev() {
            let t = walk.step(done);
            let live = |r: usize| mask.is_none_or(|m| m[(first + r) * steps + t] != 0.0);
            for r in 0..rows {
                let place = (first + r) * steps + t;
                let own = r * units..(r + 1) * units;
                let out = walk.sequences || done + 1 == steps;
                if out && (live(r) || done >= begins[r] && !walk.zero_output) {
                    let line = upstream(r, if walk.sequences { done } else { 0 });
                    dh[own.clone()].iter_mut().zip(line).for_each(|(sum, &d)| *sum += d);
                }
                let dx = &mut dx[(r * steps + t) * width..][..width];
                let inner = &mut inner[r * width..][..width];
                if !live(r) {
                    dx.fill(0.0);
                    inner.fill(0.0);
                    continue;
                }
                let c_before = if done == 0 {
                    c_first.map(|c| &c[(first + r) * units..][..units])
                } else {
                    let (before, apart) = walk.kept_at(first + r, walk.step(done - 1));
                    (walk.cell == Cell::Lstm).then(|| &kept[before + 4 * apart..][..units])
                };
                let (at, apart) = walk.kept_at(first + r, t);
                functions.backward(BackRow {
                    kept: &kept[at..],
                    apart,
                    before: &lines[place * walk.line() + walk.ahead..][..units],
                    c_before,
                    dh: &mut dh[own.clone()],
                    dc: &mut dc[own],
                    dx,
                    inner,
                });
            }
            if done == 0 && !given {
                break;
            }
            let (at, apart) = if self.apart() { (&*inner, width) } else { (&dx[t * width..], steps * width) };
            self.weights.multiply(context, rows, (at, apart, width), product, scratch);
            for r in (0..rows).filter(|&r| live(r)) {
                let own = r * units..(r + 1) * units;
                let factors = noise.map(|n| &n[(first + r) * units..][..units]);
                for (u, (sum, &p)) in dh[own.clone()].iter_mut().zip(&product[own]).enumerate() {
                    *sum = (*sum + p) * factors.map_or(1.0, |f| f[u]);
                }
            }
        }
        for (i, (state, _)) in [dh, dc].into_iter().zip(self.values.first).filter(|(_, f)| f.is_some()).enumerate() {
            let at = batch * (steps * width + i * units);
            // SAFETY: these rows belong to this chunk.
            let out = unsafe { context.write(self.out, at + first * units, at + all.end * units) };
            out.copy_from_slice(state);
        }
    }
}
