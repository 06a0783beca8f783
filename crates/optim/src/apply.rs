//! The step itself: clip, decay, update, in one walk over each piece of the parameters.

use crate::clip::{pieces, Clip};
use crate::optimizers::Step;
use crate::settings::{Settings, Variable};
use kernels::{Kernel, StepContext};
use parallel::{Space, Span};

/// Words per chunk: gradients, weights and slots of one chunk fit L2.
const CHUNK: usize = 16 * 1024;
/// Most slots of an optimizer.
const MAX_SLOTS: usize = 4;

pub struct Apply {
    settings: Settings,
    trainable: usize,
    pieces: Vec<(usize, usize, usize)>,
    factors: Span,
    slots: usize,
}

impl Apply {
    pub fn new(settings: Settings, trainable: usize, variables: &[Variable], factors: Span) -> Apply {
        let slots = settings.slots();
        assert!(slots <= MAX_SLOTS, "an optimizer with more slots than expected");
        Apply { settings, trainable, pieces: pieces(variables, CHUNK), factors, slots }
    }
}

impl Kernel for Apply {
    fn name(&self) -> &'static str {
        self.settings.optimizer.name
    }
    fn chunks(&self) -> usize {
        self.pieces.len()
    }
    fn flops(&self) -> u64 {
        let words: usize = self.pieces.iter().map(|p| p.2 - p.1).sum();
        (words * (2 + 5 * self.slots)) as u64
    }
    fn bytes(&self) -> u64 {
        let words: usize = self.pieces.iter().map(|p| p.2 - p.1).sum();
        (4 * words * (3 + 2 * self.slots)) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let (variable, from, to) = self.pieces[chunk];
        let span = |space, offset| Span { space, offset, len: to - from };
        // SAFETY: this piece of gradients, parameters and slots belongs to this chunk.
        let (gradients, weights) = unsafe {
            (
                context.write(span(Space::Grads, from), 0, to - from),
                context.write(span(Space::Params, from), 0, to - from),
            )
        };
        let mut slots: [&mut [f32]; MAX_SLOTS] = std::array::from_fn(|s| {
            if s < self.slots {
                // SAFETY: as above; every slot has a part of its own.
                unsafe { context.write(span(Space::Slots, s * self.trainable + from), 0, to - from) }
            } else {
                &mut []
            }
        });
        match self.settings.clip {
            Clip::None => {}
            Clip::Value(limit) => gradients.iter_mut().for_each(|g| *g = g.clamp(-limit, limit)),
            Clip::Norm(_) | Clip::GlobalNorm(_) => {
                // SAFETY: the factors are inputs of this record.
                let factor = unsafe { context.read(self.factors) }[variable];
                if factor != 1.0 {
                    gradients.iter_mut().for_each(|g| *g *= factor);
                }
            }
        }
        if self.settings.weight_decay != 0.0 {
            let keep = self.settings.weight_decay * context.learning_rate;
            weights.iter_mut().for_each(|w| *w -= *w * keep);
        }
        let step = Step { learning_rate: context.learning_rate, number: context.step + 1 };
        (self.settings.optimizer.update)(&self.settings.options, step, weights, gradients, &mut slots[..self.slots]);
    }
}
