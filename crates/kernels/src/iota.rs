//! Places along an axis as numbers.

use crate::record::{Kernel, StepContext};
use parallel::Span;

const CHUNK: usize = 16 * 1024;

/// Element i becomes its place along an axis: (i / inner) % count.
pub struct Iota {
    pub out: Span,
    pub inner: usize,
    pub count: usize,
    /// Whether places are written as i32 instead of f32.
    pub integers: bool,
}

impl Kernel for Iota {
    fn name(&self) -> &'static str {
        "iota"
    }
    fn chunks(&self) -> usize {
        self.out.len.div_ceil(CHUNK)
    }
    fn flops(&self) -> u64 {
        self.out.len as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let from = chunk * CHUNK;
        // SAFETY: these elements belong to this chunk.
        let out = unsafe { context.write(self.out, from, (from + CHUNK).min(self.out.len)) };
        for (i, x) in (from..).zip(out) {
            let place = (i / self.inner) % self.count;
            *x = if self.integers { f32::from_bits(place as u32) } else { place as f32 };
        }
    }
}
