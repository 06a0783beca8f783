//! Patches: what a window sees, packed straight into the panels of a matrix product. No matrix of patches ever exists.

use super::axis::Axis;

/// Rows of the patch matrix: one per result, one column per (tap, channel) of a group.
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

    /// Packs columns `k0..k1` of `M` rows side by side: out[(k − k0) · M + row]. Missing rows and padding are zeros.
    pub fn pack_rows<const M: usize>(&self, pixels: &[Pixel], k0: usize, k1: usize, out: &mut [f32]) {
        let mut rest = &mut out[..(k1 - k0) * M];
        for (index, from, to) in self.runs(k0, k1) {
            let (part, after) = rest.split_at_mut((to - from) * M);
            self.pack_run::<M>(pixels, index, from, to, part);
            rest = after;
        }
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

    /// Writes columns `k0..k0 + out.len()` of one row.
    pub fn copy_row(&self, pixel: &Pixel, k0: usize, out: &mut [f32]) {
        let mut rest = &mut *out;
        let k1 = k0 + rest.len();
        for (index, from, to) in self.runs(k0, k1) {
            let (part, after) = rest.split_at_mut(to - from);
            rest = after;
            let run = self.locate(pixel, index);
            let (first, last) = (run.from.max(from), run.to.min(to));
            if first >= last {
                part.fill(0.0);
                continue;
            }
            part[..first - from].fill(0.0);
            part[last - from..].fill(0.0);
            let source = &self.source[(run.at + first as isize) as usize..(run.at + last as isize) as usize];
            part[first - from..last - from].copy_from_slice(source);
        }
    }
}

/// out[p · M + line] = lines[line][p] for p < len.
fn interleave<const M: usize>(lines: &[&[f32]; M], len: usize, out: &mut [f32]) {
    assert!(lines.iter().all(|line| line.len() >= len));
    for (p, values) in out[..len * M].chunks_exact_mut(M).enumerate() {
        for (value, line) in values.iter_mut().zip(lines) {
            // SAFETY: every line has at least `len` values, and p < len.
            *value = unsafe { *line.get_unchecked(p) };
        }
    }
}
