//! The weighted values.

use super::scores::{drop_out, exponentials, hide, of_query, Place};
use super::{panels, scores, weighted, Attention, Cutter, Lines, Mask, TILE};
use crate::gemm::{preferred, Edge, Tile};
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Queries of a chunk: for many, packing all keys once more doesn't show.
const ROWS: usize = 10 * TILE;

/// Inputs q, k, v.
pub struct Forward {
    attention: Attention,
    inputs: [Span; 3],
    masks: Vec<Mask>,
    out: Span,
    tile: Tile,
}

impl Forward {
    pub fn new(attention: Attention, inputs: [Span; 3], masks: Vec<Mask>, out: Span) -> Forward {
        Forward { attention, inputs, masks, out, tile: preferred() }
    }
    fn blocks(&self) -> usize {
        self.attention.queries.div_ceil(ROWS)
    }
}

impl Kernel for Forward {
    fn name(&self) -> &'static str {
        "attention"
    }
    fn chunks(&self) -> usize {
        self.attention.batch * self.attention.heads * self.blocks()
    }
    fn scratch(&self) -> usize {
        let Attention { keys, width, value_width, .. } = self.attention;
        let columns = self.tile.columns;
        let packed = panels(value_width, columns, keys) + panels(TILE, columns, width);
        packed + keys * TILE + TILE * value_width + Edge::words(self.tile, width.max(TILE))
    }
    fn flops(&self) -> u64 {
        self.attention.flops(self.attention.width + self.attention.value_width)
    }
    fn bytes(&self) -> u64 {
        4 * (self.inputs.iter().map(|span| span.len).sum::<usize>() + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let a = &self.attention;
        let Attention { heads, groups, queries, keys, width, value_width, .. } = *a;
        let (pair, block) = (chunk / self.blocks(), chunk % self.blocks());
        let (batch, head) = (pair / heads, pair % heads);
        let group = head / (heads / groups);
        let (from, to) = (block * ROWS, (block * ROWS + ROWS).min(queries));
        let nr = self.tile.columns;
        // SAFETY: inputs of this record.
        let [q, k, v] = self.inputs.map(|span| unsafe { context.read(span) });
        let mut cutter = Cutter(scratch);
        let packed_values = cutter.take(panels(value_width, nr, keys));
        let packed_queries = cutter.take(panels(TILE, nr, width));
        let tile = cutter.take(keys * TILE);
        let output = cutter.take(TILE * value_width);
        let edge = &mut Edge::of(cutter.0);
        let seen = a.seen(to);
        let k = Lines { values: &k[a.key_row(batch, group, 0)..], ld: groups * width, rows: seen, width };
        Lines { values: &v[a.value_row(batch, group, 0)..], ld: groups * value_width, rows: seen, width: value_width }
            .straight(nr, packed_values);
        for first in (from..to).step_by(TILE) {
            let count = TILE.min(to - first);
            let place = Place { batch, head, first, queries: count, keys: a.seen(first + count) };
            let lines = Lines { values: &q[a.query_row(batch, head, first)..], ld: heads * width, rows: count, width };
            packed_queries.fill(0.0);
            lines.turned(nr, packed_queries);
            packed_queries.iter_mut().for_each(|x| *x *= a.scale);
            let tile = &mut tile[..place.keys * TILE];
            scores(self.tile, place.keys, k, packed_queries, tile, edge);
            hide(a, context, &self.masks, place, tile);
            let one_over = exponentials(tile);
            drop_out(a, context, place, tile);
            weighted(self.tile, place.keys, seen, value_width, tile, packed_values, output, edge);
            for (i, row) in output.chunks_exact(value_width).enumerate().take(count) {
                let at = a.output_row(batch, head, first + i);
                // SAFETY: this head of this row belongs to this chunk.
                let out = unsafe { context.write(self.out, at, at + value_width) };
                let by = of_query(&one_over, i);
                out.iter_mut().zip(row).for_each(|(o, &x)| *o = x * by);
            }
        }
    }
}
