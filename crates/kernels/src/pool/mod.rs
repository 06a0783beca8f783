//! Pooling of images [N, H, W, C]: the largest or the mean of the cells under a window. Padding is never looked at.

mod forward;
mod gradient;

pub use forward::Pool;
pub use gradient::PoolGrad;

use crate::conv::{Axis, View, Window};
use simd::LANES;

/// Vectors of channels that are looked at side by side.
const WIDE: usize = 4;
/// Their channels.
const BLOCK: usize = WIDE * LANES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Max,
    Mean,
}

/// Cells whose gradients are made together.
pub(crate) struct Unit {
    /// Lines of windows over them.
    lines: usize,
    pub cells: usize,
}

/// Sizes of a pooling.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub batch: usize,
    pub channels: usize,
    pub y: Axis,
    pub x: Axis,
}

impl Windows {
    pub fn new(batch: usize, channels: usize, y: &Window, x: &Window) -> Windows {
        Windows { batch, channels, y: Axis::forward(y), x: Axis::forward(x) }
    }

    fn results(&self) -> usize {
        self.batch * self.y.count * self.x.count * self.channels
    }
    fn flops(&self) -> u64 {
        (self.results() * self.y.taps * self.x.taps) as u64
    }

    /// What the result [image, line, column] sees; taps are counted line by line.
    #[inline(always)]
    fn view(&self, result: [usize; 3]) -> View {
        View::new(&self.y, &self.x, self.x.taps, result)
    }

    /// Whether every cell lies under exactly one window.
    pub(crate) fn tile(&self) -> bool {
        [&self.y, &self.x].iter().all(|a| a.stride == a.taps && a.offset == 0 && a.count * a.taps == a.source)
    }

    /// Where every cell lies under one window a unit is a line of windows, else an image.
    pub(crate) fn unit(&self) -> Unit {
        let (lines, height) = if self.tile() { (1, self.y.taps) } else { (self.y.count, self.y.source) };
        Unit { lines, cells: height * self.x.source }
    }
    fn units(&self) -> usize {
        self.batch * if self.tile() { self.y.count } else { 1 }
    }
}
