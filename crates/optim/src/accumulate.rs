//! Gradients of several steps, averaged: the optimizer sees them at every last one.

use crate::clip::pieces;
use crate::settings::Variable;
use kernels::{Kernel, StepContext};
use parallel::{Space, Span};

/// Words per chunk.
const CHUNK: usize = 32 * 1024;

pub struct Accumulate {
    pieces: Vec<(usize, usize, usize)>,
    /// Gradients that are averaged.
    steps: u64,
    /// Where the sums lie among the slots.
    slot: usize,
}

impl Accumulate {
    pub fn new(steps: u64, variables: &[Variable], slot: usize) -> Accumulate {
        Accumulate { pieces: pieces(variables, CHUNK), steps, slot }
    }
}

impl Kernel for Accumulate {
    fn name(&self) -> &'static str {
        "accumulate"
    }
    fn chunks(&self) -> usize {
        self.pieces.len()
    }
    fn flops(&self) -> u64 {
        self.pieces.iter().map(|p| 2 * (p.2 - p.1) as u64).sum()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let (_, from, to) = self.pieces[chunk];
        let span = |space, offset| Span { space, offset, len: to - from };
        // SAFETY: this piece of gradients and sums belongs to this chunk.
        let (gradients, sums) = unsafe {
            (
                context.write(span(Space::Grads, from), 0, to - from),
                context.write(span(Space::Slots, self.slot + from), 0, to - from),
            )
        };
        let last = (context.step + 1).is_multiple_of(self.steps);
        let steps = self.steps as f32;
        for (g, sum) in gradients.iter_mut().zip(sums) {
            *sum += *g;
            if last {
                *g = *sum / steps;
                *sum = 0.0;
            }
        }
    }
}
