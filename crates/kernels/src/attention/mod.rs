//! Attention: softmax(q·kᵀ)·v for several heads, without ever holding all scores.
//!
//! A tile of queries is worked on at a time, against all keys: its scores fit the cache, and are made again for the
//! gradient. They lie as [keys × queries], so that the softmax goes along vectors of queries, and so that the product with
//! the values takes them as they are. Heads lie side by side in rows, as the projections before and behind want them.

mod forward;
mod gradient;
mod scores;

pub use forward::Forward;
pub use gradient::Gradient;

use crate::gemm::{interleave, pack_b, Cut, Edge, Left, Panels, Sweep, Tile, KC};
use parallel::Span;

/// Queries of a tile: whole tiles of any size, and few enough that a causal mask leaves out much.
const TILE: usize = 24;

/// Sizes and options: queries [batch, queries, heads·width], keys [batch, keys, groups·width], values
/// [batch, keys, groups·value_width]; each group of keys and values serves as many heads as the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attention {
    pub batch: usize,
    pub heads: usize,
    pub groups: usize,
    pub queries: usize,
    pub keys: usize,
    pub width: usize,
    pub value_width: usize,
    /// Factor of the scores.
    pub scale: f32,
    /// Whether a query sees only the keys up to its own place.
    pub causal: bool,
    /// Share of weights that is dropped, and the key of the random numbers.
    pub rate: f32,
    pub key: u32,
}

/// Ones where a query may look at a key, zeros elsewhere; steps along [batch, heads, queries, keys], 0 where it repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mask {
    pub span: Span,
    pub strides: [usize; 4],
}

impl Attention {
    /// Keys that queries before `end` see.
    fn seen(&self, end: usize) -> usize {
        if self.causal {
            self.keys.min(end)
        } else {
            self.keys
        }
    }
    /// Products of a forward pass; a causal mask halves them.
    fn flops(&self, widths: usize) -> u64 {
        let all = 2 * (self.batch * self.heads * self.queries) as u64 * (self.keys * widths) as u64;
        if self.causal {
            all / 2
        } else {
            all
        }
    }
    fn query_row(&self, batch: usize, head: usize, query: usize) -> usize {
        ((batch * self.queries + query) * self.heads + head) * self.width
    }
    fn output_row(&self, batch: usize, head: usize, query: usize) -> usize {
        ((batch * self.queries + query) * self.heads + head) * self.value_width
    }
    fn key_row(&self, batch: usize, group: usize, key: usize) -> usize {
        ((batch * self.keys + key) * self.groups + group) * self.width
    }
    fn value_row(&self, batch: usize, group: usize, key: usize) -> usize {
        ((batch * self.keys + key) * self.groups + group) * self.value_width
    }
}

/// Rows of a head, `ld` words apart, in a value where heads lie side by side.
#[derive(Clone, Copy)]
struct Lines<'a> {
    values: &'a [f32],
    ld: usize,
    rows: usize,
    width: usize,
}

impl Lines<'_> {
    /// Turned: panels of `side` rows, each [width × side]. What a product takes as columns.
    fn turned(&self, side: usize, out: &mut [f32]) {
        for row in (0..self.rows).step_by(side) {
            let panel = &mut out[row * self.width..][..side * self.width];
            interleave(&self.values[row * self.ld..], self.ld, side.min(self.rows - row), self.width, side, panel);
        }
    }
    /// As they are: panels of `columns` columns, each [rows × columns].
    fn straight(&self, columns: usize, out: &mut [f32]) {
        for column in (0..self.width).step_by(columns) {
            let wide = columns.min(self.width - column);
            let panel = &mut out[column * self.rows..][..columns * self.rows];
            pack_b(self.values, self.ld, false, 0, self.rows, column, wide, columns, panel);
        }
    }
}

/// Words of rows in panels of so many.
fn panels(rows: usize, side: usize, width: usize) -> usize {
    rows.next_multiple_of(side) * width
}

/// out[keys × TILE] = the first rows of `a` times those of `b`, which are turned.
fn scores(tile: Tile, keys: usize, a: Lines, b: &[f32], out: &mut [f32], edge: &mut Edge) {
    let (columns, width) = (tile.columns, a.width);
    let cut = Cut::evenly(keys, tile);
    let sweep = Sweep { cut, n: TILE, k: width, ldc: TILE, accumulate: false };
    let a = Left::lying(a.values, &cut, width, a.ld, 1, edge);
    sweep.run(a, Panels::packed(b, TILE, width, columns, width), out, edge);
}

/// out[TILE × width] = scoresᵀ times `b` [keys × width], which is packed straight in panels of `all` rows.
#[allow(clippy::too_many_arguments)]
fn weighted(
    tile: Tile,
    keys: usize,
    all: usize,
    width: usize,
    scores: &[f32],
    b: &[f32],
    out: &mut [f32],
    edge: &mut Edge,
) {
    let columns = tile.columns;
    for from in (0..keys).step_by(KC) {
        let k = KC.min(keys - from);
        let cut = Cut::evenly(TILE, tile);
        let sweep = Sweep { cut, n: width, k, ldc: width, accumulate: from > 0 };
        let a = Left::lying(&scores[from * TILE..], &cut, k, 1, TILE, edge);
        let b = Panels::packed(&b[from * columns..], width, k, columns, all);
        sweep.run(a, b, out, edge);
    }
}

/// out[keys × width] += scores · `b` [queries × width], which is packed straight.
#[allow(clippy::too_many_arguments)]
fn gathered(
    tile: Tile,
    keys: usize,
    queries: usize,
    width: usize,
    scores: &[f32],
    b: &[f32],
    out: &mut [f32],
    edge: &mut Edge,
) {
    let columns = tile.columns;
    let cut = Cut::evenly(keys, tile);
    let sweep = Sweep { cut, n: width, k: queries, ldc: width, accumulate: true };
    let a = Left::lying(scores, &cut, queries, TILE, 1, edge);
    sweep.run(a, Panels::packed(b, width, queries, columns, queries), out, edge);
}

/// Cuts scratch memory into parts.
struct Cutter<'a>(&'a mut [f32]);

impl<'a> Cutter<'a> {
    fn take(&mut self, words: usize) -> &'a mut [f32] {
        let all = std::mem::take(&mut self.0);
        let (part, rest) = all.split_at_mut(words);
        self.0 = rest;
        part
    }
}
