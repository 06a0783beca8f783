//! Patches: what a window sees, a row for each result. Only a block's rows are ever there.

use super::axis::Axis;
use crate::copy::{copy, copy_lines};
use std::ops::Range;

/// The patch matrix: a row per result, a column per (tap, channel) of a group.
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

/// A result: its image, line and column.
#[derive(Clone, Copy)]
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

    /// The result `count` after this one, on this line or the first of the next.
    pub fn after(mut self, count: usize, y: &Axis, x: &Axis) -> Pixel {
        self.x += count;
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

/// Columns of the patch matrix cut into runs, words that lie side by side in the source.
#[derive(Clone)]
struct Runs {
    /// Words of a whole run, and how many runs a line of taps has.
    run: usize,
    per_line: usize,
    tap_y: usize,
    tap_x: usize,
    from: usize,
    left: usize,
}

/// Words `from..to` of the run that begins at a tap.
struct Run {
    tap_y: usize,
    tap_x: usize,
    from: usize,
    to: usize,
}

impl Iterator for Runs {
    type Item = Run;

    #[inline(always)]
    fn next(&mut self) -> Option<Run> {
        if self.left == 0 {
            return None;
        }
        let to = self.run.min(self.from + self.left);
        let run = Run { tap_y: self.tap_y, tap_x: self.tap_x, from: self.from, to };
        self.left -= to - self.from;
        (self.from, self.tap_x) = (0, self.tap_x + 1);
        if self.tap_x == self.per_line {
            (self.tap_x, self.tap_y) = (0, self.tap_y + 1);
        }
        Some(run)
    }
}

impl Patches<'_> {
    /// Without gaps between taps and groups, a whole line of taps lies side by side.
    fn merged(&self) -> bool {
        self.x.dilation == 1 && self.depth == self.channels
    }

    fn runs(&self, columns: Range<usize>) -> Runs {
        let (run, per_line) = if self.merged() { (self.x.taps * self.depth, 1) } else { (self.depth, self.x.taps) };
        let index = columns.start / run;
        Runs {
            run,
            per_line,
            tap_y: index / per_line,
            tap_x: index % per_line,
            from: columns.start % run,
            left: columns.len(),
        }
    }

    /// Writes columns of the rows of `count` results from `first` on, each row `apart` words after the last.
    pub fn write(&self, first: usize, count: usize, columns: Range<usize>, apart: usize, out: &mut [f32]) {
        let runs = self.runs(columns);
        let (lines, cells) = (self.y.interior(), self.x.interior());
        let mut pixel = Pixel::of(first, self.y, self.x);
        let mut rest = &mut out[..count * apart];
        while !rest.is_empty() {
            let inside = lines.contains(&pixel.y) && cells.contains(&pixel.x);
            let end = if inside { cells.end } else { pixel.x + 1 };
            let len = (end - pixel.x).min(rest.len() / apart);
            let (rows, after) = rest.split_at_mut(len * apart);
            if inside {
                self.write_interior(&pixel, runs.clone(), apart, rows);
            } else {
                self.write_bordering(&pixel, runs.clone(), rows);
            }
            rest = after;
            pixel = pixel.after(len, self.y, self.x);
        }
    }

    /// Where a cell's words of the group begin in the source.
    fn place(&self, image: usize, line: usize, cell: usize) -> usize {
        ((image * self.y.source + line) * self.x.source + cell) * self.channels + self.first
    }

    /// Of results side by side whose windows lie inside of the image.
    fn write_interior(&self, pixel: &Pixel, runs: Runs, apart: usize, rows: &mut [f32]) {
        let start = self.place(pixel.image, self.y.base(pixel.y) as usize, self.x.base(pixel.x) as usize);
        let (count, stride) = (rows.len() / apart, self.x.stride * self.channels);
        let mut at = 0;
        for Run { tap_y, tap_x, from, to } in runs {
            let cells = tap_y * self.y.dilation * self.x.source + tap_x * self.x.dilation;
            let source = &self.source[start + cells * self.channels + from..];
            let (width, place) = (to - from, &mut rows[at..]);
            assert!((count - 1) * stride + width <= source.len() && (count - 1) * apart + width <= place.len());
            // SAFETY: all lines lie inside of both, asserted above.
            unsafe { copy_lines(source.as_ptr(), stride, count, width, place.as_mut_ptr(), apart) };
            at += width;
        }
    }

    /// The same where the window hangs over the border, beyond which all is zero.
    fn write_bordering(&self, pixel: &Pixel, runs: Runs, mut row: &mut [f32]) {
        for Run { tap_y, tap_x, from, to } in runs {
            let (part, rest) = row.split_at_mut(to - from);
            part.fill(0.0);
            row = rest;
            let line = self.y.base(pixel.y) + (tap_y * self.y.dilation) as isize;
            let cell = self.x.base(pixel.x) + (tap_x * self.x.dilation) as isize;
            if !(0..self.y.source as isize).contains(&line) {
                continue;
            }
            let seen = if self.merged() {
                self.x.inside(cell)
            } else {
                (0, (0..self.x.source as isize).contains(&cell) as usize)
            };
            let (first, last) = ((seen.0 * self.depth).max(from), (seen.1 * self.depth).min(to));
            if first < last {
                let start = self.place(pixel.image, line as usize, 0) as isize + cell * self.channels as isize;
                let start = (start + first as isize) as usize;
                copy(&self.source[start..][..last - first], &mut part[first - from..last - from]);
            }
        }
    }
}
