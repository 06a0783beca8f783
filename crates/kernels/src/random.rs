//! Random values as part of a program: noise.

use crate::copy::copy;
use crate::record::{Kernel, StepContext};
use crate::rng::Philox;
use parallel::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Between the two arguments.
    Uniform,
    /// Mean and standard deviation.
    Normal,
}

/// Numbers keyed by (seed, key, step, index).
pub struct Random {
    pub kind: Kind,
    pub arguments: [f32; 2],
    pub key: u64,
    pub out: Span,
}

const CHUNK: usize = 8 * 1024;

impl Kernel for Random {
    fn name(&self) -> &'static str {
        "random"
    }
    fn chunks(&self) -> usize {
        self.out.len.div_ceil(CHUNK)
    }
    fn flops(&self) -> u64 {
        40 * self.out.len as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let from = chunk * CHUNK;
        // SAFETY: these elements belong to this chunk.
        let out = unsafe { context.write(self.out, from, (from + CHUNK).min(self.out.len)) };
        let generator = Philox::new(context.seed, self.key);
        let [a, b] = self.arguments;
        for (i, out) in out.chunks_mut(16).enumerate() {
            let place = (from / 4 + 4 * i) as u64;
            let numbers = match self.kind {
                Kind::Uniform => {
                    generator.uniform16(context.step, place).map(|u| u.to_array().map(|u| a + u * (b - a)))
                }
                Kind::Normal => {
                    std::array::from_fn(|p| generator.normal4(context.step, place + p as u64).map(|z| a + z * b))
                }
            };
            copy(&numbers.as_flattened()[..out.len()], out);
        }
    }
}
