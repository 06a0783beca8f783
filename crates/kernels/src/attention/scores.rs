//! What happens to a tile of scores [keys × TILE], which become weights.

use super::{Attention, Mask, TILE};
use crate::record::StepContext;
use crate::rng::{Philox, MASKED};
use crate::vecmath::exp_or_zero;
use simd::{F32x4, F32x8};

/// Added to scores of keys that a mask leaves out.
const OUT: f32 = -1e9;
/// Weights of this many keys are added up before their sum joins the others.
const BLOCK: usize = 1024;
const LANES: usize = TILE / 8;

/// A number for each query of a tile.
pub(super) type Column = [F32x8; LANES];

/// The number of a query.
pub(super) fn of_query(column: &Column, i: usize) -> f32 {
    column[i / 8].to_array()[i % 8]
}

/// Where a tile of scores stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub batch: usize,
    pub head: usize,
    pub first: usize,
    /// Queries that there are.
    pub queries: usize,
    /// Keys that they see.
    pub keys: usize,
}

fn rows(tile: &mut [f32]) -> impl Iterator<Item = &mut [f32]> {
    tile.chunks_exact_mut(TILE)
}

/// Scores of keys that are out of sight: of later places, and where masks are zero.
pub(super) fn hide(a: &Attention, context: &StepContext, masks: &[Mask], place: Place, tile: &mut [f32]) {
    for mask in masks {
        // SAFETY: masks are inputs of the record.
        let values = unsafe { context.read(mask.span) };
        let [batch, head, query, key] = mask.strides;
        let from = place.batch * batch + place.head * head + place.first * query;
        for (k, row) in rows(tile).enumerate().take(place.keys) {
            for (q, score) in row[..place.queries].iter_mut().enumerate() {
                // Once however many masks hide it: the sums of such scores would be far apart.
                if *score > 0.5 * OUT {
                    *score += (1.0 - values[from + q * query + k * key]) * OUT;
                }
            }
        }
    }
    if a.causal {
        for (k, row) in rows(tile).enumerate().take(place.keys).skip(place.first + 1) {
            row[..(k - place.first).min(TILE)].fill(f32::NEG_INFINITY);
        }
    }
}

/// Scores become eˣ⁻ᵐ with m the largest of each query; answers one over their sums.
pub(super) fn exponentials(tile: &mut [f32]) -> Column {
    let mut largest = [F32x8::splat(f32::NEG_INFINITY); LANES];
    for row in rows(tile) {
        for (m, x) in largest.iter_mut().zip(row.chunks_exact(8)) {
            *m = m.pmax(F32x8::from_slice(x));
        }
    }
    let mut sums = [F32x8::splat(0.0); LANES];
    for block in tile.chunks_mut(BLOCK * TILE) {
        let mut partial = [F32x8::splat(0.0); LANES];
        for row in rows(block) {
            for ((x, m), sum) in row.chunks_exact_mut(8).zip(&largest).zip(&mut partial) {
                let e = exp_or_zero(F32x8::from_slice(x) - *m);
                *sum = *sum + e;
                e.to_slice(x);
            }
        }
        sums.iter_mut().zip(partial).for_each(|(sum, part)| *sum = *sum + part);
    }
    sums.map(|sum| F32x8::splat(1.0) / sum)
}

/// Exponentials become weights p, and gradients of the weights those of the scores: s·p·(dp − Σ p·dp).
pub(super) fn differentiate(weights: &mut [f32], gradients: &mut [f32], one_over: &Column, scale: f32) {
    let mut dots = [F32x8::splat(0.0); LANES];
    for (row, gradient) in rows(weights).zip(gradients.chunks_exact(TILE)) {
        for (((p, d), by), dot) in row.chunks_exact_mut(8).zip(gradient.chunks_exact(8)).zip(one_over).zip(&mut dots) {
            let weight = F32x8::from_slice(p) * *by;
            weight.to_slice(p);
            *dot = weight.madd(F32x8::from_slice(d), *dot);
        }
    }
    let scale = F32x8::splat(scale);
    for (row, gradient) in rows(weights).zip(gradients.chunks_exact_mut(TILE)) {
        for ((p, d), dot) in row.chunks_exact(8).zip(gradient.chunks_exact_mut(8)).zip(&dots) {
            (scale * F32x8::from_slice(p) * (F32x8::from_slice(d) - *dot)).to_slice(d);
        }
    }
}

/// Drops values of a tile: those that the operation `dropout` drops of all scores [batch, heads, queries, keys].
pub(super) fn drop_out(a: &Attention, context: &StepContext, place: Place, tile: &mut [f32]) {
    if a.rate == 0.0 {
        return;
    }
    let generator = Philox::new(context.seed, a.key as u64);
    let scale = 1.0 / (1.0 - a.rate);
    for q in 0..place.queries {
        let from = ((place.batch * a.heads + place.head) * a.queries + place.first + q) * a.keys;
        let mut numbers = [[0.0; 4]; MASKED / 4];
        for k in 0..place.keys {
            let index = from + k;
            if k == 0 || index.is_multiple_of(MASKED) {
                numbers = generator.masks(context.step, index).map(F32x4::to_array);
            }
            let value = &mut tile[k * TILE + q];
            *value = if a.rate <= numbers.as_flattened()[index % MASKED] { *value * scale } else { 0.0 };
        }
    }
}
