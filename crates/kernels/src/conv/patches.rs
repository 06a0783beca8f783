//! Patches: what a window sees, packed straight into the panels of a matrix product. No matrix of patches ever exists.

use super::axis::Axis;
use simd::{F32x4, LANES};

/// Rows of the patch matrix: one per result, one column per (tap, channel) of a group.
#[derive(Clone, Copy)]
pub(super) struct Patches<'a> {
    pub source: &'a [f32],
    pub y: &'a Axis,
    pub x: &'a Axis,
    /// Channels of a cell, and the part of them that belongs to the group.
    pub channels: usize,
    pub first: usize,
    pub depth: usize,
}

/// A result: its image, and the cells under its first tap.
#[derive(Clone, Copy, Default)]
pub(super) struct Pixel {
    image: usize,
    y: usize,
    x: usize,
}

impl Pixel {
    /// Result `index`, counted over images, lines and columns.
    pub fn of(index: usize, y: &Axis, x: &Axis) -> Pixel {
        let line = index / x.count;
        Pixel { image: line / y.count, y: line % y.count, x: index % x.count }
    }

    /// The result after this one.
    pub fn next(mut self, y: &Axis, x: &Axis) -> Pixel {
        self.x += 1;
        if self.x == x.count {
            (self.x, self.y) = (0, self.y + 1);
            if self.y == y.count {
                (self.y, self.image) = (0, self.image + 1);
            }
        }
        self
    }

    /// Where the result's words begin in a destination of `size` cells and `channels` channels.
    pub fn place(&self, y: &Axis, x: &Axis, size: [usize; 2], channels: usize) -> usize {
        let line = self.image * size[0] + y.first + self.y * y.step;
        (line * size[1] + x.first + self.x * x.step) * channels
    }
}

/// Part of a patch that lies side by side in the source: words `from..to` of the run exist, word i at `at + i`.
struct Run {
    from: usize,
    to: usize,
    at: isize,
}

/// Results side by side, `len` of them from the `first` on: `from..to` see a word of the image, the first of them at `at`.
struct Stretch {
    first: usize,
    len: usize,
    from: usize,
    to: usize,
    at: usize,
}

impl Patches<'_> {
    /// Without gaps between taps and groups, a whole line of taps lies side by side.
    fn merged(&self) -> bool {
        self.x.dilation == 1 && self.depth == self.channels
    }

    /// Words of a run.
    fn run(&self) -> usize {
        if self.merged() {
            self.x.taps * self.depth
        } else {
            self.depth
        }
    }

    fn locate(&self, pixel: &Pixel, index: usize) -> Run {
        let merged = self.merged();
        let (tap_y, tap_x) = if merged { (index, 0) } else { (index / self.x.taps, index % self.x.taps) };
        let line = self.y.base(pixel.y) + (tap_y * self.y.dilation) as isize;
        let cell = self.x.base(pixel.x) + (tap_x * self.x.dilation) as isize;
        let nothing = Run { from: 0, to: 0, at: 0 };
        if line < 0 || line >= self.y.source as isize {
            return nothing;
        }
        let line = (pixel.image * self.y.source) as isize + line;
        let at = (line * self.x.source as isize + cell) * self.channels as isize + self.first as isize;
        if merged {
            let (from, to) = self.x.inside(cell);
            Run { from: from * self.depth, to: to * self.depth, at }
        } else if cell < 0 || cell >= self.x.source as isize {
            nothing
        } else {
            Run { from: 0, to: self.depth, at }
        }
    }

    /// The runs that columns `k0..k1` of the patch matrix consist of: (run, from, to).
    fn runs(&self, k0: usize, k1: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let run = self.run();
        let mut k = k0;
        std::iter::from_fn(move || {
            (k < k1).then(|| {
                let (index, from) = (k / run, k % run);
                let to = run.min(from + k1 - k);
                k += to - from;
                (index, from, to)
            })
        })
    }

    /// Whether the whole window lies inside of the image.
    fn interior(&self, pixel: &Pixel) -> bool {
        let fits = |axis: &Axis, base: isize| base >= 0 && axis.inside(base) == (0, axis.taps);
        fits(self.y, self.y.base(pixel.y)) && fits(self.x, self.x.base(pixel.x))
    }

    /// Packs columns `k0..k1` of `M` rows side by side: out[(k − k0) · M + row]. Missing rows and padding are zeros.
    pub fn pack_rows<const M: usize>(&self, pixels: &[Pixel], k0: usize, k1: usize, out: &mut [f32]) {
        let interior = pixels.len() == M && pixels.iter().all(|pixel| self.interior(pixel));
        let mut starts = [0; M];
        if interior {
            starts = std::array::from_fn(|row| self.locate(&pixels[row], 0).at as usize);
        }
        let mut rest = &mut out[..(k1 - k0) * M];
        for (index, from, to) in self.runs(k0, k1) {
            let (part, after) = rest.split_at_mut((to - from) * M);
            if interior {
                let offset = self.offset(index) + from;
                interleave(&starts.map(|start| &self.source[start + offset..][..to - from]), to - from, part);
            } else {
                self.pack_run::<M>(pixels, index, from, to, part);
            }
            rest = after;
        }
    }

    /// How far a run's words lie behind those of the first run.
    fn offset(&self, index: usize) -> usize {
        let (tap_y, tap_x) = if self.merged() { (index, 0) } else { (index / self.x.taps, index % self.x.taps) };
        (tap_y * self.y.dilation * self.x.source + tap_x * self.x.dilation) * self.channels
    }

    fn pack_run<const M: usize>(&self, pixels: &[Pixel], index: usize, from: usize, to: usize, out: &mut [f32]) {
        let mut lines: [&[f32]; M] = [&[]; M];
        let mut whole = pixels.len() == M;
        let mut starts = [0; M];
        for ((pixel, line), start) in pixels.iter().zip(&mut lines).zip(&mut starts) {
            let run = self.locate(pixel, index);
            let (first, last) = (run.from.max(from), run.to.min(to));
            if first < last {
                *line = &self.source[(run.at + first as isize) as usize..(run.at + last as isize) as usize];
                *start = first - from;
            }
            whole &= line.len() == to - from;
        }
        if whole {
            return interleave(&lines, to - from, out);
        }
        out.fill(0.0);
        for (row, (line, start)) in lines.iter().zip(starts).enumerate() {
            for (place, &value) in out[start * M + row..].iter_mut().step_by(M).zip(*line) {
                *place = value;
            }
        }
    }

    /// Packs the transposed patches of `k` results from `p0` on: rows `row..row + rows` in panels of `M`, each with the
    /// results one after the other.
    pub fn pack_columns<const M: usize>(&self, p0: usize, k: usize, row: usize, rows: usize, out: &mut [f32]) {
        for (r, panel) in (row..row + rows).step_by(M).zip(out.chunks_exact_mut(k * M)) {
            let height = M.min(row + rows - r);
            if height == M && r % self.depth + M <= self.depth {
                self.columns::<M>(p0, k, r, panel, M);
                continue;
            }
            if height < M {
                panel.fill(0.0);
            }
            for i in 0..height {
                self.columns::<1>(p0, k, r + i, &mut panel[i..], M);
            }
        }
    }

    /// `W` words of the patches from column `column` on, which belong to one tap: result p goes to out[p · step..].
    #[inline(always)]
    fn columns<const W: usize>(&self, p0: usize, k: usize, column: usize, out: &mut [f32], step: usize) {
        let stride = self.x.stride * self.channels;
        self.stretches(p0, k, column, |stretch| {
            let Stretch { first, len, from, to, at } = stretch;
            let out = &mut out[first * step..];
            zeros::<W>(out, 0..from, step);
            zeros::<W>(out, to..len, step);
            if from < to {
                copy::<W>(&self.source[at..], stride, &mut out[from * step..], step, to - from);
            }
        });
    }

    /// The same as [`Patches::pack_rows`] for all rows of a chunk, column by column: with one channel, what
    /// neighbouring results see lies closer together than what one patch holds.
    pub fn pack_thin<const M: usize>(&self, row: usize, rows: usize, k0: usize, k: usize, out: &mut [f32]) {
        let out = &mut out[..rows.div_ceil(M) * M * k];
        // Padding and missing rows; the rest is overwritten.
        out.fill(0.0);
        let stride = self.x.stride * self.channels;
        for q in 0..k {
            self.stretches(row, rows, k0 + q, |stretch| {
                let Stretch { first, from, to, at, .. } = stretch;
                let (mut p, mut at) = (first + from, at);
                while p < first + to {
                    let (slot, place) = (p % M, (p / M * k + q) * M);
                    let count = (M - slot).min(first + to - p);
                    if count == M && stride == 1 {
                        copy::<M>(&self.source[at..], 0, &mut out[place..], 0, 1);
                    } else {
                        copy::<1>(&self.source[at..], stride, &mut out[place + slot..], 1, count);
                    }
                    (p, at) = (p + count, at + count * stride);
                }
            });
        }
    }

    /// Cuts `count` results from `p0` on into stretches of one line, and finds what they see through one column of the
    /// patch matrix.
    #[inline(always)]
    fn stretches(&self, p0: usize, count: usize, column: usize, mut f: impl FnMut(Stretch)) {
        let (tap, channel) = (column / self.depth, column % self.depth);
        let (tap_y, tap_x) = (tap / self.x.taps * self.y.dilation, tap % self.x.taps * self.x.dilation);
        let mut pixel = Pixel::of(p0, self.y, self.x);
        let mut first = 0;
        while first < count {
            let len = (self.x.count - pixel.x).min(count - first);
            let line = self.y.base(pixel.y) + tap_y as isize;
            let cell = self.x.base(pixel.x) + tap_x as isize;
            let (from, to) = self.seen(line, cell, len);
            let cell = cell + (from * self.x.stride) as isize;
            let at = ((pixel.image * self.y.source) as isize + line) * self.x.source as isize + cell;
            // Negative where nothing is seen.
            let at = (at * self.channels as isize) as usize;
            f(Stretch { first, len, from, to, at: at.wrapping_add(self.first + channel) });
            first += len;
            pixel.x += len - 1;
            pixel = pixel.next(self.y, self.x);
        }
    }

    /// Which of `len` results see a cell of the image: the first sees `cell` of `line`, each other one stride further.
    fn seen(&self, line: isize, cell: isize, len: usize) -> (usize, usize) {
        if line < 0 || line >= self.y.source as isize {
            return (0, 0);
        }
        let steps = |cells: isize| match usize::try_from(cells) {
            Ok(cells) if self.x.stride == 1 => cells.min(len),
            Ok(cells) => cells.div_ceil(self.x.stride).min(len),
            Err(_) => 0,
        };
        let to = steps(self.x.source as isize - cell);
        (steps(-cell).min(to), to)
    }
}

/// Writes zeros to `W` words at every step of a range.
#[inline(always)]
fn zeros<const W: usize>(out: &mut [f32], range: std::ops::Range<usize>, step: usize) {
    for p in range {
        out[p * step..p * step + W].fill(0.0);
    }
}

/// Copies `W` words `count` times, from every `stride` to every `step`.
#[inline(always)]
fn copy<const W: usize>(from: &[f32], stride: usize, to: &mut [f32], step: usize, count: usize) {
    let last = count - 1;
    assert!(last * stride + W <= from.len() && last * step + W <= to.len());
    let (mut source, mut place) = (from.as_ptr(), to.as_mut_ptr());
    for _ in 0..count {
        // SAFETY: the last of `count` pieces ends inside of both slices, which are different.
        unsafe { std::ptr::copy_nonoverlapping(source, place, W) };
        (source, place) = (source.wrapping_add(stride), place.wrapping_add(step));
    }
}

/// out[p · M + line] = lines[line][p] for p < len.
#[inline(always)]
fn interleave<const M: usize>(lines: &[&[f32]; M], len: usize, out: &mut [f32]) {
    assert!(lines.iter().all(|line| line.len() >= len) && out.len() >= len * M);
    let blocks = len / LANES * LANES;
    for first in (0..M / LANES * LANES).step_by(LANES) {
        for p in (0..blocks).step_by(LANES) {
            // SAFETY: every line has `len` values, out has M for each of them, and first + 4 ≤ M, p + 4 ≤ len.
            unsafe {
                let rows = std::array::from_fn(|row| F32x4::load(lines[first + row].as_ptr().add(p)));
                for (q, column) in F32x4::transpose(rows).into_iter().enumerate() {
                    column.store(out.as_mut_ptr().add((p + q) * M + first));
                }
            }
        }
    }
    for (row, line) in lines.iter().enumerate() {
        // What no block of four rows and four columns covered.
        let from = if row < M / LANES * LANES { blocks } else { 0 };
        for p in from..len {
            // SAFETY: as above.
            unsafe { *out.get_unchecked_mut(p * M + row) = *line.get_unchecked(p) };
        }
    }
}
