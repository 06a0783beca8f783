//! The gradients of queries, keys and values; scores are made again.

use super::scores::{differentiate, drop_out, exponentials, hide, Place};
use super::{gathered, panels, scores, weighted, Attention, Cutter, Lines, Mask, TILE};
use crate::gemm::{preferred, Edge, Tile};
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Inputs q, k, v, dy; out holds dq, dk, dv, one after the other. A chunk is a group of heads of one row of the batch.
pub struct Gradient {
    attention: Attention,
    inputs: [Span; 4],
    masks: Vec<Mask>,
    out: Span,
    tile: Tile,
}

/// A chunk's operands and room, packed for the products that they are in.
struct Room<'a> {
    keys_straight: &'a mut [f32],
    queries_turned: &'a mut [f32],
    queries_straight: &'a mut [f32],
    dy_turned: &'a mut [f32],
    dy_straight: &'a mut [f32],
    weights: &'a mut [f32],
    gradients: &'a mut [f32],
    dq: &'a mut [f32],
    dk: &'a mut [f32],
    dv: &'a mut [f32],
    edge: Edge<'a>,
}

impl Gradient {
    pub fn new(attention: Attention, inputs: [Span; 4], masks: Vec<Mask>, out: Span) -> Gradient {
        Gradient { attention, inputs, masks, out, tile: preferred() }
    }

    /// Words of the parts of [`Room`], in its order.
    fn sizes(&self) -> [usize; 11] {
        let Attention { keys, width, value_width, .. } = self.attention;
        let columns = self.tile.columns;
        [
            panels(width, columns, keys),
            panels(TILE, columns, width),
            panels(width, columns, TILE),
            panels(TILE, columns, value_width),
            panels(value_width, columns, TILE),
            keys * TILE,
            keys * TILE,
            TILE * width,
            keys * width,
            keys * value_width,
            Edge::words(self.tile, width.max(value_width).max(TILE)),
        ]
    }

    fn room<'a>(&self, scratch: &'a mut [f32]) -> Room<'a> {
        let mut cutter = Cutter(scratch);
        let [keys_straight, queries_turned, queries_straight, dy_turned, dy_straight, weights, gradients, dq, dk, dv, edge] =
            self.sizes().map(|words| cutter.take(words));
        Room {
            keys_straight,
            queries_turned,
            queries_straight,
            dy_turned,
            dy_straight,
            weights,
            gradients,
            dq,
            dk,
            dv,
            edge: Edge::of(edge),
        }
    }

    /// One tile of queries of a head: writes its dq, adds to dk and dv.
    fn tile(&self, context: &StepContext, place: Place, [k, v]: [Lines; 2], room: &mut Room) {
        let a = &self.attention;
        let Attention { heads, keys, width, value_width, .. } = *a;
        let Place { batch, head, first, queries, keys: seen } = place;
        let nr = self.tile.columns;
        // SAFETY: inputs of this record.
        let [q, dy] = [self.inputs[0], self.inputs[3]].map(|span| unsafe { context.read(span) });
        let q = Lines { values: &q[a.query_row(batch, head, first)..], ld: heads * width, rows: queries, width };
        let from = a.output_row(batch, head, first);
        let dy = Lines { values: &dy[from..], ld: heads * value_width, rows: queries, width: value_width };
        for (lines, turned, straight) in [
            (q, &mut *room.queries_turned, &mut *room.queries_straight),
            (dy, &mut *room.dy_turned, &mut *room.dy_straight),
        ] {
            turned.fill(0.0);
            lines.turned(nr, turned);
            lines.straight(nr, straight);
        }
        room.queries_turned.iter_mut().for_each(|x| *x *= a.scale);
        let weights = &mut room.weights[..seen * TILE];
        let gradients = &mut room.gradients[..seen * TILE];
        scores(self.tile, seen, k, room.queries_turned, weights, &mut room.edge);
        hide(a, context, &self.masks, place, weights);
        let one_over = exponentials(weights);
        scores(self.tile, seen, v, room.dy_turned, gradients, &mut room.edge);
        drop_out(a, context, place, gradients);
        differentiate(weights, gradients, &one_over, a.scale);
        drop_out(a, context, place, weights);
        gathered(self.tile, seen, queries, value_width, weights, room.dy_straight, room.dv, &mut room.edge);
        gathered(self.tile, seen, queries, width, gradients, room.queries_straight, room.dk, &mut room.edge);
        weighted(self.tile, seen, keys, width, gradients, room.keys_straight, room.dq, &mut room.edge);
        for (i, row) in room.dq.chunks_exact(width).enumerate().take(queries) {
            let at = a.query_row(batch, head, first + i);
            // SAFETY: the heads of a group belong to its chunk.
            unsafe { context.write(self.out, at, at + width) }.copy_from_slice(row);
        }
    }
}

impl Kernel for Gradient {
    fn name(&self) -> &'static str {
        "attention_grad"
    }
    fn chunks(&self) -> usize {
        self.attention.batch * self.attention.groups
    }
    fn scratch(&self) -> usize {
        self.sizes().iter().sum()
    }
    fn flops(&self) -> u64 {
        self.attention.flops(3 * self.attention.width + 2 * self.attention.value_width)
    }
    fn bytes(&self) -> u64 {
        4 * (self.inputs.iter().map(|span| span.len).sum::<usize>() + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let a = &self.attention;
        let Attention { heads, groups, queries, keys, width, value_width, .. } = *a;
        let (batch, group) = (chunk / groups, chunk % groups);
        let mut room = self.room(scratch);
        // SAFETY: inputs of this record.
        let [k, v] = [self.inputs[1], self.inputs[2]].map(|span| unsafe { context.read(span) });
        let k = Lines { values: &k[a.key_row(batch, group, 0)..], ld: groups * width, rows: keys, width };
        let from = a.value_row(batch, group, 0);
        let v = Lines { values: &v[from..], ld: groups * value_width, rows: keys, width: value_width };
        k.straight(self.tile.columns, room.keys_straight);
        room.dk.fill(0.0);
        room.dv.fill(0.0);
        let served = heads / groups;
        for head in group * served..(group + 1) * served {
            for first in (0..queries).step_by(TILE) {
                let count = TILE.min(queries - first);
                let place = Place { batch, head, first, queries: count, keys: a.seen(first + count) };
                self.tile(context, place, [k, v], &mut room);
            }
        }
        let behind_q = a.batch * queries * heads * width;
        let behind_k = behind_q + a.batch * keys * groups * width;
        for key in 0..keys {
            let at = behind_q + a.key_row(batch, group, key);
            // SAFETY: the keys and values of a group belong to its chunk.
            unsafe { context.write(self.out, at, at + width) }.copy_from_slice(&room.dk[key * width..][..width]);
            let at = behind_k + a.value_row(batch, group, key);
            let row = &room.dv[key * value_width..][..value_width];
            // SAFETY: as above.
            unsafe { context.write(self.out, at, at + value_width) }.copy_from_slice(row);
        }
    }
}
