//! Patches: what a window sees, packed straight into the panels of a matrix product. No matrix of patches ever exists.

use super::axis::Axis;
use crate::gemm::KC;
use crate::turn::turn;

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

    /// Results from this one to the end of its line.
    pub fn left(&self, x: &Axis) -> usize {
        x.count - self.x
    }

    /// The result `count` after this one, on this line or the first of the next.
    pub fn after(mut self, count: usize, y: &Axis, x: &Axis) -> Pixel {
        self.x += count - 1;
        self.next(y, x)
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

/// Of results side by side, those that see a word of the image: `from..to`, the first of them at `at`.
struct Stretch {
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
                turn(&starts.map(|start| &self.source[start + offset..][..to - from]), to - from, part);
            } else {
                self.pack_run::<M>(pixels, index, from, to, part);
            }
            rest = after;
        }
    }

    /// How far a run's words lie behind those of the first run.
    fn offset(&self, index: usize) -> usize {
        let (tap_y, tap_x) = if self.merged() { (index, 0) } else { (index / self.x.taps, index % self.x.taps) };
        self.behind(tap_y, tap_x)
    }

    /// How far a tap's words lie behind those of the first tap.
    fn behind(&self, tap_y: usize, tap_x: usize) -> usize {
        (tap_y * self.y.dilation * self.x.source + tap_x * self.x.dilation) * self.channels
    }

    /// Part of a run where some row's window hangs over the border: tap by tap, with a line of zeros for what isn't there.
    fn pack_run<const M: usize>(&self, pixels: &[Pixel], index: usize, from: usize, to: usize, out: &mut [f32]) {
        let mut seen: [Run; M] = std::array::from_fn(|_| Run { from: 0, to: 0, at: 0 });
        for (run, pixel) in seen.iter_mut().zip(pixels) {
            *run = self.locate(pixel, index);
        }
        let (mut first, mut rest) = (from, out);
        while first < to {
            let last = to.min((first / self.depth + 1) * self.depth);
            let (part, after) = rest.split_at_mut((last - first) * M);
            let lines = seen.each_ref().map(|run| {
                if run.from <= first && last <= run.to {
                    &self.source[(run.at + first as isize) as usize..][..last - first]
                } else {
                    &ZEROS[..last - first]
                }
            });
            turn(&lines, last - first, part);
            (first, rest) = (last, after);
        }
    }

    /// Packs the transposed patches of `k` results from `p0` on: rows `row..row + rows` in panels of `M`, each with the
    /// results one after the other. Tap by tap, so that what each sees of the lines is found once for all channels.
    pub fn pack_columns<const M: usize>(&self, p0: usize, k: usize, row: usize, rows: usize, out: &mut [f32]) {
        let out = &mut out[..rows.div_ceil(M) * M * k];
        if self.depth == 1 && self.x.stride * self.channels == 1 {
            return self.thin_columns::<M>(p0, k, row, rows, out);
        }
        if !rows.is_multiple_of(M) {
            let last = out.len() - M * k;
            out[last..].fill(0.0);
        }
        let (stride, end) = (self.x.stride * self.channels, row + rows);
        let mut first = row;
        while first < end {
            let last = end.min((first / self.depth + 1) * self.depth);
            self.lines(p0, k, |pixel, p, len| {
                let Stretch { from, to, at } = self.stretch(pixel, len, first);
                let mut r = first;
                while r < last {
                    let (panel, slot) = ((r - row) / M, (r - row) % M);
                    let width = (M - slot).min(last - r);
                    let out = &mut out[(panel * k + p) * M + slot..];
                    let at = at.wrapping_add(r - first);
                    let mut piece = Piece { source: self.source, at, stride, out, step: M, len, from, to };
                    if width == M {
                        piece.copy::<M>(0);
                    } else {
                        // The part of a panel that belongs to this tap.
                        let fours = width & !3;
                        let twos = width & !1;
                        (0..fours).step_by(4).for_each(|i| piece.copy::<4>(i));
                        (fours..twos).step_by(2).for_each(|i| piece.copy::<2>(i));
                        (twos..width).for_each(|i| piece.copy::<1>(i));
                    }
                    r += width;
                }
            });
            first = last;
        }
    }

    /// The same as [`Patches::pack_rows`] for all rows of a chunk: with one channel, what neighbouring results see lies
    /// closer together than what one patch holds.
    pub fn pack_thin<const M: usize>(&self, row: usize, rows: usize, k0: usize, k: usize, out: &mut [f32]) {
        let mut pixel = Pixel::of(row, self.y, self.x);
        for (i, panel) in (0..rows).step_by(M).zip(out.chunks_exact_mut(M * k)) {
            let height = M.min(rows - i);
            if height < M {
                panel.fill(0.0);
            }
            let mut slot = 0;
            while slot < height {
                let count = (height - slot).min(pixel.left(self.x));
                self.thin::<M>(&pixel, count, k0, &mut panel[slot..]);
                slot += count;
                pixel = pixel.after(count, self.y, self.x);
            }
        }
    }

    /// What `count` results of one line see through the taps from `k0` on: those of a tap every `M` words.
    fn thin<const M: usize>(&self, pixel: &Pixel, count: usize, k0: usize, out: &mut [f32]) {
        let stride = self.x.stride * self.channels;
        let last = Pixel { x: pixel.x + count - 1, ..*pixel };
        if self.interior(pixel) && self.interior(&last) {
            let start = self.stretch(pixel, 1, 0).at;
            let (mut tap_y, mut tap_x) = (k0 / self.x.taps, k0 % self.x.taps);
            for out in out.chunks_mut(M) {
                let source = &self.source[start + self.behind(tap_y, tap_x)..];
                if count == M && stride == 1 {
                    copy::<M>(source, 0, out, 0, 1);
                } else {
                    copy::<1>(source, stride, out, 1, count);
                }
                tap_x += 1;
                if tap_x == self.x.taps {
                    (tap_y, tap_x) = (tap_y + 1, 0);
                }
            }
            return;
        }
        for (q, out) in out.chunks_mut(M).enumerate() {
            let Stretch { from, to, at } = self.stretch(pixel, count, k0 + q);
            zeros::<1>(out, 0..from, 1);
            zeros::<1>(out, to..count, 1);
            if from < to {
                copy::<1>(&self.source[at..], stride, &mut out[from..], 1, to - from);
            }
        }
    }

    /// Transposed patches of one channel: rows are taps, and each sees neighbouring words of a line.
    fn thin_columns<const M: usize>(&self, p0: usize, k: usize, row: usize, rows: usize, out: &mut [f32]) {
        for (r, panel) in (row..row + rows).step_by(M).zip(out.chunks_exact_mut(k * M)) {
            let height = M.min(row + rows - r);
            self.lines(p0, k, |pixel, p, len| {
                let seen: [Stretch; M] = std::array::from_fn(|i| self.stretch(pixel, len, r + i.min(height - 1)));
                let from = seen.iter().map(|s| s.from).max().unwrap_or(0);
                let to = seen.iter().map(|s| s.to).min().unwrap_or(0).max(from);
                let out = &mut panel[p * M..][..len * M];
                if from < to {
                    let start = |s: &Stretch| s.at + from - s.from;
                    let lines = seen.each_ref().map(|s| &self.source[start(s)..][..to - from]);
                    turn(&lines, to - from, &mut out[from * M..]);
                }
                for j in (0..from).chain(to..len) {
                    for (value, s) in out[j * M..].iter_mut().zip(&seen) {
                        *value = if s.from <= j && j < s.to { self.source[s.at + j - s.from] } else { 0.0 };
                    }
                }
            });
            if height < M {
                panel.chunks_exact_mut(M).for_each(|step| step[height..].fill(0.0));
            }
        }
    }

    /// Cuts `count` results from `p0` on into pieces of one line: (the first of them, its number, how many).
    #[inline(always)]
    fn lines(&self, p0: usize, count: usize, mut f: impl FnMut(&Pixel, usize, usize)) {
        let mut pixel = Pixel::of(p0, self.y, self.x);
        let mut first = 0;
        while first < count {
            let len = pixel.left(self.x).min(count - first);
            f(&pixel, first, len);
            first += len;
            pixel = pixel.after(len, self.y, self.x);
        }
    }

    /// What `len` results of one line from `pixel` on see through one column of the patch matrix.
    #[inline(always)]
    fn stretch(&self, pixel: &Pixel, len: usize, column: usize) -> Stretch {
        let (tap, channel) = (column / self.depth, column % self.depth);
        let line = self.y.base(pixel.y) + (tap / self.x.taps * self.y.dilation) as isize;
        let cell = self.x.base(pixel.x) + (tap % self.x.taps * self.x.dilation) as isize;
        let (from, to) = self.seen(line, cell, len);
        let cell = cell + (from * self.x.stride) as isize;
        let at = ((pixel.image * self.y.source) as isize + line) * self.x.source as isize + cell;
        // Negative where nothing is seen.
        let at = (at * self.channels as isize) as usize;
        Stretch { from, to, at: at.wrapping_add(self.first + channel) }
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

/// A stretch of results and where a part of what they see goes.
struct Piece<'a> {
    source: &'a [f32],
    at: usize,
    stride: usize,
    out: &'a mut [f32],
    step: usize,
    len: usize,
    from: usize,
    to: usize,
}

impl Piece<'_> {
    /// `W` words from word `i` on.
    #[inline(always)]
    fn copy<const W: usize>(&mut self, i: usize) {
        let Piece { source, at, stride, step, len, from, to, .. } = *self;
        let out = &mut self.out[i..];
        zeros::<W>(out, 0..from, step);
        zeros::<W>(out, to..len, step);
        if from < to {
            copy::<W>(&source[at.wrapping_add(i)..], stride, &mut out[from * step..], step, to - from);
        }
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

/// What a row sees in the padding: runs are no longer than a block of the inner axis.
static ZEROS: [f32; KC] = [0.0; KC];
