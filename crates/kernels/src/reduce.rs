//! Reductions of a value seen as [outer, axis, inner] over its middle axis.

use crate::channels::load;
use crate::copy::copy;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use simd::{F32x4, F32x8, LANES};

type Push<'a> = &'a mut dyn FnMut(Box<dyn Kernel>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sum,
    Mean,
    Max,
    Min,
    Prod,
    /// Index of the first largest element, as i32.
    ArgMax,
}

/// Elements per chunk, roughly.
const CHUNK: usize = 32 * 1024;
/// Columns that one chunk of a column reduction walks side by side.
const COLUMNS: usize = 64;
/// Those of them whose sums stay in registers while the rows go by.
const WIDE: usize = 32;
/// f32 sums of at most this many numbers are added up in f64.
const BLOCK: usize = 1024;

/// Numbers of which a partial sum is worth a chunk of its own: sums over long axes are cut by size alone.
const PART: usize = 128 * 1024;

pub struct Reduce {
    pub kind: Kind,
    pub input: Span,
    pub out: Span,
    pub outer: usize,
    pub axis: usize,
    pub inner: usize,
    /// How much of the axis one result covers: all of it, or parts whose results lie one after the other.
    part: usize,
    /// How many numbers the mean is of.
    count: usize,
}

/// Results side by side that are chunks enough.
const CHUNKS: usize = 16;

/// Steps of the axis in a part.
fn part(kind: Kind, outer: usize, axis: usize, inner: usize) -> usize {
    let few = outer * inner.div_ceil(COLUMNS) < CHUNKS;
    let steps = match kind {
        // Whole blocks, so that parts change no sum inside of them.
        Kind::Sum | Kind::Mean if few => (PART / inner.max(1)).max(1).next_multiple_of(BLOCK).min(axis),
        _ => axis,
    };
    steps.max(1)
}

/// Words of workspace for [`lower`].
pub fn workspace(kind: Kind, outer: usize, axis: usize, inner: usize) -> usize {
    match axis.div_ceil(part(kind, outer, axis, inner)) {
        0 | 1 => 0,
        parts => outer * parts * inner,
    }
}

/// The records of a reduction: sums over long axes first in parts, which threads can share.
pub fn lower(kind: Kind, input: Span, out: Span, workspace: Span, [outer, axis, inner]: [usize; 3], push: Push) {
    let part = part(kind, outer, axis, inner);
    let parts = axis.div_ceil(part);
    if parts < 2 {
        return push(Box::new(Reduce::new(kind, input, out, outer, axis, inner)));
    }
    push(Box::new(Reduce { part, ..Reduce::new(Kind::Sum, input, workspace, outer, axis, inner) }));
    push(Box::new(Reduce { count: axis, ..Reduce::new(kind, workspace, out, outer, parts, inner) }));
}

impl Reduce {
    /// Over the whole axis, in one record.
    pub fn new(kind: Kind, input: Span, out: Span, outer: usize, axis: usize, inner: usize) -> Reduce {
        Reduce { kind, input, out, outer, axis, inner, part: axis.max(1), count: axis }
    }
    fn parts(&self) -> usize {
        self.axis.div_ceil(self.part).max(1)
    }
    fn rows_per_chunk(&self) -> usize {
        (CHUNK / self.part).max(1)
    }
    fn column_blocks(&self) -> usize {
        self.inner.div_ceil(COLUMNS)
    }
    /// Where the numbers of a result lie: result `row` of [outer, parts].
    fn rows(&self, row: usize) -> std::ops::Range<usize> {
        let (outer, part) = (row / self.parts(), row % self.parts());
        let (from, to) = (part * self.part, (part * self.part + self.part).min(self.axis));
        (outer * self.axis + from) * self.inner..(outer * self.axis + to) * self.inner
    }
}

impl Kernel for Reduce {
    fn name(&self) -> &'static str {
        "reduce"
    }
    fn chunks(&self) -> usize {
        let rows = self.outer * self.parts();
        if self.inner == 1 {
            rows.div_ceil(self.rows_per_chunk())
        } else {
            rows * self.column_blocks()
        }
    }
    fn flops(&self) -> u64 {
        (self.outer * self.axis * self.inner) as u64
    }
    fn bytes(&self) -> u64 {
        4 * (self.input.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        // SAFETY: an input of this record.
        let input = unsafe { context.read(self.input) };
        if self.inner == 1 {
            let from = chunk * self.rows_per_chunk();
            let to = (from + self.rows_per_chunk()).min(self.outer * self.parts());
            // SAFETY: these rows belong to this chunk.
            let out = unsafe { context.write(self.out, from, to) };
            for (value, row) in out.iter_mut().zip(from..to) {
                *value = reduce_row(self.kind, &input[self.rows(row)], self.count);
            }
        } else {
            let (row, block) = (chunk / self.column_blocks(), chunk % self.column_blocks());
            let (from, to) = (block * COLUMNS, (block * COLUMNS + COLUMNS).min(self.inner));
            // SAFETY: these columns belong to this chunk.
            let out = unsafe { context.write(self.out, row * self.inner + from, row * self.inner + to) };
            reduce_columns(self.kind, &input[self.rows(row)], self.inner, from, self.count, out);
        }
    }
}

fn reduce_row(kind: Kind, row: &[f32], count: usize) -> f32 {
    match kind {
        Kind::Sum => sum(row) as f32,
        Kind::Mean => (sum(row) / count as f64) as f32,
        Kind::Max => row.iter().fold(f32::NEG_INFINITY, |m, &x| larger(m, x)),
        Kind::Min => row.iter().fold(f32::INFINITY, |m, &x| -larger(-m, -x)),
        Kind::Prod => row.iter().fold(1.0, |p, &x| p * x),
        Kind::ArgMax => {
            let mut best = 0;
            for (i, &x) in row.iter().enumerate() {
                if x > row[best] {
                    best = i;
                }
            }
            f32::from_bits(best as u32)
        }
    }
}

/// The larger one; NaN if there is one.
fn larger(m: f32, x: f32) -> f32 {
    if x > m || x.is_nan() {
        x
    } else {
        m
    }
}

/// Sum by four vectors of lanes inside blocks, blocks in f64.
pub fn sum(values: &[f32]) -> f64 {
    values.chunks(BLOCK).map(|block| block_sum(block) as f64).sum()
}

fn block_sum(block: &[f32]) -> f32 {
    let [sum] = fold::<1, 1, 4>([block], [0.0], |[sum], [x]| [sum + x]);
    sum
}

/// `N` sums over `I` rows of one length by `f`, which adds what eight places of each give; on `SIDES` sides, none of which waits for
/// another. `none` are numbers that add nothing.
#[inline(always)]
pub fn fold<const I: usize, const N: usize, const SIDES: usize>(
    rows: [&[f32]; I],
    none: [f32; I],
    f: impl Fn([F32x8; N], [F32x8; I]) -> [F32x8; N],
) -> [f32; N] {
    let len = rows[0].len();
    let rows = rows.map(|row| &row[..len]);
    let lanes = |i: usize| rows.map(|row| F32x8::from_slice(&row[i..i + 8]));
    let mut sides = [[F32x8::splat(0.0); N]; SIDES];
    let mut i = 0;
    while i + 8 * SIDES <= len {
        for (j, side) in sides.iter_mut().enumerate() {
            *side = f(*side, lanes(i + 8 * j));
        }
        i += 8 * SIDES;
    }
    for side in &mut sides {
        if i + 8 <= len {
            *side = f(*side, lanes(i));
            i += 8;
        }
    }
    if i < len {
        let last = std::array::from_fn(|row| {
            let mut lanes = [none[row]; 8];
            copy(&rows[row][i..], &mut lanes[..len - i]);
            F32x8::from_array(lanes)
        });
        sides[SIDES - 1] = f(sides[SIDES - 1], last);
    }
    let mut count = SIDES;
    while count > 1 {
        for j in 0..count / 2 {
            sides[j] = std::array::from_fn(|n| sides[2 * j][n] + sides[2 * j + 1][n]);
        }
        count /= 2;
    }
    sides[0].map(F32x8::sum)
}

/// Σ (x − m)·y.
#[inline(never)]
pub fn dot(x: &[f32], m: f32, y: &[f32]) -> f32 {
    let centre = F32x8::splat(m);
    let [sum] = fold::<2, 1, 4>([x, y], [m, 0.0], |[sum], [x, y]| [(x - centre).madd(y, sum)]);
    sum
}

/// Sums of `V` vectors of columns, the only one of which may have fewer lanes, divided: in f32 over blocks of rows, the blocks in f64.
#[inline(always)]
fn sum_columns<const V: usize>(input: &[f32], inner: usize, column: usize, divisor: f64, out: &mut [f32]) {
    let len = if V == 1 { out.len() } else { V * LANES };
    let mut totals = [[0.0f64; LANES]; V];
    for rows in input.chunks(BLOCK * inner) {
        let mut sums = [F32x4::splat(0.0); V];
        for row in rows.chunks_exact(inner) {
            let row = &row[column..][..len];
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = *sum + load(&row[v * LANES..]);
            }
        }
        for (totals, sums) in totals.iter_mut().zip(sums) {
            totals.iter_mut().zip(sums.to_array()).for_each(|(total, sum)| *total += sum as f64);
        }
    }
    for (value, &total) in out.iter_mut().zip(totals.as_flattened()) {
        *value = (total / divisor) as f32;
    }
}

fn reduce_columns(kind: Kind, input: &[f32], inner: usize, from: usize, count: usize, out: &mut [f32]) {
    let rows = || input.chunks_exact(inner).map(|row| &row[from..]);
    match kind {
        Kind::Sum | Kind::Mean => {
            let divisor = if kind == Kind::Mean { count as f64 } else { 1.0 };
            let wide = out.len() / WIDE * WIDE;
            for (i, out) in out[..wide].chunks_exact_mut(WIDE).enumerate() {
                sum_columns::<{ WIDE / LANES }>(input, inner, from + i * WIDE, divisor, out);
            }
            for (i, out) in out[wide..].chunks_mut(LANES).enumerate() {
                sum_columns::<1>(input, inner, from + wide + i * LANES, divisor, out);
            }
        }
        Kind::Max | Kind::Min => {
            let sign = if kind == Kind::Max { 1.0 } else { -1.0 };
            out.fill(f32::NEG_INFINITY);
            for row in rows() {
                for (m, &x) in out.iter_mut().zip(row) {
                    *m = larger(*m, sign * x);
                }
            }
            out.iter_mut().for_each(|m| *m *= sign);
        }
        Kind::Prod => {
            out.fill(1.0);
            for row in rows() {
                out.iter_mut().zip(row).for_each(|(p, &x)| *p *= x);
            }
        }
        Kind::ArgMax => {
            for (j, value) in out.iter_mut().enumerate() {
                let mut best = (0, f32::NEG_INFINITY);
                for (i, row) in rows().enumerate() {
                    if i == 0 || row[j] > best.1 {
                        best = (i, row[j]);
                    }
                }
                *value = f32::from_bits(best.0 as u32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{run_all, Machine};

    fn reduce(kind: Kind, values: &[f32], outer: usize, axis: usize, inner: usize) -> Vec<f32> {
        let mut m = Machine::new();
        let input = m.values(values);
        let (out, work) = (m.alloc(outer * inner), m.alloc(workspace(kind, outer, axis, inner)));
        let mut records: Vec<Box<dyn Kernel>> = Vec::new();
        lower(kind, input, out, work, [outer, axis, inner], &mut |record| records.push(record));
        run_all(&mut m, &records);
        m.get(out).to_vec()
    }

    #[test]
    fn long_axes_in_parts() {
        for (outer, axis, inner) in [(1, 300_001, 1), (2, 140_000, 1), (1, 5000, 70), (2, 4097, 64), (1, 3, 200_000)] {
            let values: Vec<f32> = (0..outer * axis * inner).map(|i| ((i * 37) % 101) as f32 - 50.0).collect();
            let (sums, means) =
                (reduce(Kind::Sum, &values, outer, axis, inner), reduce(Kind::Mean, &values, outer, axis, inner));
            for o in 0..outer {
                for j in (0..inner).step_by(17) {
                    let want: f64 = (0..axis).map(|a| values[(o * axis + a) * inner + j] as f64).sum();
                    assert_eq!(sums[o * inner + j], want as f32, "{outer} {axis} {inner}");
                    assert_eq!(means[o * inner + j], (want / axis as f64) as f32, "{outer} {axis} {inner}");
                }
            }
        }
    }

    #[test]
    fn sums_of_every_size() {
        for (outer, axis, inner) in
            [(1, 1, 1), (3, 7, 1), (2, 33, 1), (1, 5000, 1), (2, 3, 65), (1, 2100, 3), (4, 1, 130), (2, 0, 3)]
        {
            let values: Vec<f32> = (0..outer * axis * inner).map(|i| ((i * 37) % 101) as f32 - 50.0).collect();
            for kind in [Kind::Sum, Kind::Max, Kind::Min] {
                let got = reduce(kind, &values, outer, axis, inner);
                for o in 0..outer {
                    for j in 0..inner {
                        let line = (0..axis).map(|a| values[(o * axis + a) * inner + j]);
                        let want = match kind {
                            Kind::Sum => line.sum(),
                            Kind::Max => line.fold(f32::NEG_INFINITY, f32::max),
                            _ => line.fold(f32::INFINITY, f32::min),
                        };
                        assert_eq!(got[o * inner + j], want, "{kind:?} {outer} {axis} {inner}");
                    }
                }
            }
        }
    }

    #[test]
    fn first_of_equal_maxima() {
        let got = reduce(Kind::ArgMax, &[1.0, 5.0, 5.0, -1.0, -2.0, -3.0], 2, 3, 1);
        assert_eq!(got.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), [1, 0]);
    }
}
