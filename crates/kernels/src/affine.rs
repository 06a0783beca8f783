//! Images [N, H, W, C] sampled where an affine map of each image says, and the two gradients of that.

use crate::record::{Kernel, StepContext};
use parallel::Span;

/// What lies outside of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// One value.
    Constant,
    /// The last cell: a a | a b c | c c.
    Nearest,
    /// The image mirrored, its last cell twice: b a | a b c | c b.
    Reflect,
    /// The image again: b c | a b c | a b.
    Wrap,
}

impl Border {
    pub fn from_code(code: i32) -> Option<Border> {
        [Border::Constant, Border::Nearest, Border::Reflect, Border::Wrap].get(usize::try_from(code).ok()?).copied()
    }

    /// The cell of an axis of `n` cells that an index stands for; none where the constant does.
    fn cell(self, index: i64, n: usize) -> Option<usize> {
        let last = n as i64 - 1;
        let cell = match self {
            Border::Constant => (0..=last).contains(&index).then_some(index)?,
            Border::Nearest => index.clamp(0, last),
            Border::Wrap => index.rem_euclid(last + 1),
            Border::Reflect => {
                let there = index.rem_euclid(2 * (last + 1));
                there.min(2 * last + 1 - there)
            }
        };
        Some(cell as usize)
    }
}

/// Sizes and manners of a sampling; the map takes places of the result to places of the image.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    pub batch: usize,
    pub channels: usize,
    /// Lines and columns of the images, and of the result.
    pub from: [usize; 2],
    pub to: [usize; 2],
    /// Between cells by their distances, or the nearest cell.
    pub bilinear: bool,
    pub border: Border,
    pub fill: f32,
}

/// Numbers of one map: x' = a·x + b·y + c, y' = d·x + e·y + f.
pub const MAP: usize = 6;

/// Two neighbours along an axis: their cells, their weights, and how these change along it.
struct Pair {
    cells: [Option<usize>; 2],
    weights: [f32; 2],
    slope: f32,
}

impl Sampling {
    fn image(&self) -> usize {
        self.from[0] * self.from[1] * self.channels
    }
    fn line(&self) -> usize {
        self.to[1] * self.channels
    }
    fn work(&self) -> u64 {
        (8 * self.batch * self.to[0] * self.line()) as u64
    }

    fn pair(&self, at: f64, n: usize) -> Pair {
        let base = if self.bilinear { at.floor() } else { at.round() };
        let index = base as i64;
        let cells = [self.border.cell(index, n), self.border.cell(index.saturating_add(1), n)];
        if self.bilinear {
            let beyond = (at - base) as f32;
            return Pair { cells, weights: [1.0 - beyond, beyond], slope: 1.0 };
        }
        // A place that is no number has no cell.
        Pair { cells, weights: [if at.is_finite() { 1.0 } else { f32::NAN }, 0.0], slope: 0.0 }
    }

    /// Neighbours of a place of the result, by lines and by columns.
    fn neighbours(&self, map: &[f32], y: usize, x: usize) -> [Pair; 2] {
        let m = |i: usize| map[i] as f64;
        let (x, y) = (x as f64, y as f64);
        let down = m(3) * x + m(4) * y + m(5);
        let right = m(0) * x + m(1) * y + m(2);
        [self.pair(down, self.from[0]), self.pair(right, self.from[1])]
    }

    /// Calls `f` with the words of the image under each of four neighbours and the neighbour's weight.
    fn each([down, right]: &[Pair; 2], columns: usize, channels: usize, mut f: impl FnMut(Option<usize>, f32)) {
        for (line, v) in down.cells.iter().zip(down.weights) {
            for (column, h) in right.cells.iter().zip(right.weights) {
                let weight = v * h;
                if weight != 0.0 {
                    f(line.zip(*column).map(|(l, c)| (l * columns + c) * channels), weight);
                }
            }
        }
    }
}

/// Words of the result per chunk, roughly.
const CHUNK: usize = 4 * 1024;

/// A chunk is a block of lines of the result.
pub struct AffineTransform {
    pub sampling: Sampling,
    pub images: Span,
    pub maps: Span,
    pub out: Span,
}

impl AffineTransform {
    fn lines(&self) -> usize {
        self.sampling.batch * self.sampling.to[0]
    }
    fn chunk_lines(&self) -> usize {
        (CHUNK / self.sampling.line().max(1)).max(1)
    }
}

impl Kernel for AffineTransform {
    fn name(&self) -> &'static str {
        "affine_transform"
    }
    fn chunks(&self) -> usize {
        self.lines().div_ceil(self.chunk_lines())
    }
    fn flops(&self) -> u64 {
        self.sampling.work()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let s = &self.sampling;
        let (lines, columns, channels) = (s.to[0], s.to[1], s.channels);
        let from = chunk * self.chunk_lines();
        let to = (from + self.chunk_lines()).min(self.lines());
        // SAFETY: inputs of this record.
        let (images, maps) = unsafe { (context.read(self.images), context.read(self.maps)) };
        for line in from..to {
            // SAFETY: this line belongs to this chunk.
            let out = unsafe { context.write(self.out, line * s.line(), (line + 1) * s.line()) };
            let (n, y) = (line / lines, line % lines);
            let (image, map) = (&images[n * s.image()..][..s.image()], &maps[n * MAP..][..MAP]);
            for (x, pixel) in out.chunks_exact_mut(channels).enumerate().take(columns) {
                pixel.fill(0.0);
                Sampling::each(&s.neighbours(map, y, x), s.from[1], channels, |at, weight| match at {
                    Some(at) => pixel.iter_mut().zip(&image[at..at + channels]).for_each(|(p, v)| *p += weight * v),
                    None => pixel.iter_mut().for_each(|p| *p += weight * s.fill),
                });
            }
        }
    }
}

/// The gradient of the images: each place of the result gives to the cells that it saw. A chunk is an image.
pub struct AffineInputGrad {
    pub sampling: Sampling,
    pub dy: Span,
    pub maps: Span,
    pub out: Span,
}

impl Kernel for AffineInputGrad {
    fn name(&self) -> &'static str {
        "affine_transform_input_grad"
    }
    fn chunks(&self) -> usize {
        self.sampling.batch
    }
    fn flops(&self) -> u64 {
        self.sampling.work()
    }
    fn run(&self, context: &StepContext, n: usize, _scratch: &mut [f32]) {
        let s = &self.sampling;
        let (all, channels) = (s.to[0] * s.line(), s.channels);
        // SAFETY: inputs of this record.
        let (dy, maps) = unsafe { (context.read(self.dy), context.read(self.maps)) };
        // SAFETY: this image belongs to this chunk.
        let out = unsafe { context.write(self.out, n * s.image(), (n + 1) * s.image()) };
        let map = &maps[n * MAP..][..MAP];
        out.fill(0.0);
        for (i, pixel) in dy[n * all..][..all].chunks_exact(channels).enumerate() {
            Sampling::each(&s.neighbours(map, i / s.to[1], i % s.to[1]), s.from[1], channels, |at, weight| {
                if let Some(at) = at {
                    out[at..at + channels].iter_mut().zip(pixel).for_each(|(o, d)| *o += weight * d);
                }
            });
        }
    }
}

/// The gradient of the maps. A chunk is an image; its sums are in f64.
pub struct AffineMapGrad {
    pub sampling: Sampling,
    pub images: Span,
    pub maps: Span,
    pub dy: Span,
    pub out: Span,
}

impl Kernel for AffineMapGrad {
    fn name(&self) -> &'static str {
        "affine_transform_map_grad"
    }
    fn chunks(&self) -> usize {
        self.sampling.batch
    }
    fn flops(&self) -> u64 {
        2 * self.sampling.work()
    }
    fn run(&self, context: &StepContext, n: usize, _scratch: &mut [f32]) {
        let s = &self.sampling;
        let (all, channels) = (s.to[0] * s.line(), s.channels);
        // SAFETY: inputs of this record.
        let (images, maps, dy) = unsafe { (context.read(self.images), context.read(self.maps), context.read(self.dy)) };
        // SAFETY: this map belongs to this chunk.
        let out = unsafe { context.write(self.out, n * MAP, (n + 1) * MAP) };
        let (image, map) = (&images[n * s.image()..][..s.image()], &maps[n * MAP..][..MAP]);
        let mut sums = [0.0; MAP];
        for (i, pixel) in dy[n * all..][..all].chunks_exact(channels).enumerate() {
            let (y, x) = (i / s.to[1], i % s.to[1]);
            let [down, right] = s.neighbours(map, y, x);
            // What this place is worth under each neighbour.
            let worth = |line: usize, column: usize| -> f32 {
                match down.cells[line].zip(right.cells[column]) {
                    Some((l, c)) => {
                        let cell = &image[(l * s.from[1] + c) * channels..][..channels];
                        cell.iter().zip(pixel).map(|(v, d)| v * d).sum()
                    }
                    None => pixel.iter().map(|d| s.fill * d).sum(),
                }
            };
            let [a, b, c, d] = [worth(0, 0), worth(0, 1), worth(1, 0), worth(1, 1)];
            let along = right.slope * (down.weights[0] * (b - a) + down.weights[1] * (d - c));
            let across = down.slope * (right.weights[0] * (c - a) + right.weights[1] * (d - b));
            for (sum, slope) in sums.chunks_exact_mut(3).zip([along as f64, across as f64]) {
                sum[0] += slope * x as f64;
                sum[1] += slope * y as f64;
                sum[2] += slope;
            }
        }
        out.iter_mut().zip(sums).for_each(|(o, sum)| *o = sum as f32);
    }
}
