//! Pooling of images [N, H, W, C]: the largest or the mean of the cells under a window. Padding is never looked at.

mod forward;
mod gradient;

pub use forward::Pool;
pub use gradient::PoolGrad;

use crate::conv::{Axis, Window};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Max,
    Mean,
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

    /// The cells under a result's window, in order: (index among the window's cells, place of channel 0).
    fn cells(&self, image: usize, y: usize, x: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let (top, left) = (self.y.base(y), self.x.base(x));
        let (lines, columns) = (self.y.inside(top), self.x.inside(left));
        (lines.0..lines.1).flat_map(move |tap_y| {
            let line = image * self.y.source + (top + tap_y as isize) as usize;
            (columns.0..columns.1).map(move |tap_x| {
                let cell = line * self.x.source + (left + tap_x as isize) as usize;
                (tap_y * self.x.taps + tap_x, cell * self.channels)
            })
        })
    }

    /// How many cells of the image lie under a result's window.
    fn count(&self, y: usize, x: usize) -> usize {
        let (lines, columns) = (self.y.inside(self.y.base(y)), self.x.inside(self.x.base(x)));
        (lines.1 - lines.0) * (columns.1 - columns.0)
    }
}
