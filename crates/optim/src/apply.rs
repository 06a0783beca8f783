//! The step itself: clip, decay, update, in one walk over each piece of the parameters.

use crate::clip::{pieces, Clip};
use crate::optimizers::Step;
use crate::settings::{Average, Settings, Variable};
use kernels::{Kernel, StepContext};
use parallel::{Space, Span};

/// Words per chunk: gradients, weights and slots of one chunk fit L2.
const CHUNK: usize = 16 * 1024;
/// Most slots of an optimizer.
const MAX_SLOTS: usize = 6;

pub struct Apply {
    settings: Settings,
    trainable: usize,
    pieces: Vec<(usize, usize, usize)>,
    /// Per variable: by which share of the learning rate it decays.
    decays: Vec<f32>,
    factors: Span,
    slots: usize,
}

impl Apply {
    pub fn new(settings: Settings, trainable: usize, variables: &[Variable], factors: Span) -> Apply {
        let slots = settings.slots();
        assert!(slots <= MAX_SLOTS, "an optimizer with more slots than expected");
        let chunk = if settings.optimizer.whole { usize::MAX } else { CHUNK };
        let decays = variables.iter().map(|v| settings.decay(v)).collect();
        Apply { settings, trainable, pieces: pieces(variables, chunk), decays, factors, slots }
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
        let Settings { accumulation, average, .. } = self.settings;
        let (own, kept) = slots[..self.slots].split_at_mut(self.settings.own_slots());
        if (context.step + 1).is_multiple_of(accumulation) {
            self.update(context, variable, weights, gradients, own);
        }
        if let (Some(average), Some(averages)) = (average, kept.last_mut()) {
            average.follow(context.step / accumulation, weights, averages);
        }
    }
}

impl Apply {
    fn update(
        &self,
        context: &StepContext,
        variable: usize,
        weights: &mut [f32],
        gradients: &mut [f32],
        slots: &mut [&mut [f32]],
    ) {
        let scale = 1.0 / self.settings.loss_scale;
        if scale != 1.0 {
            gradients.iter_mut().for_each(|g| *g *= scale);
        }
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
        let decay = self.decays[variable];
        if decay != 0.0 {
            let keep = decay * context.learning_rate;
            weights.iter_mut().for_each(|w| *w -= *w * keep);
        }
        let number = (context.step + 1) / self.settings.accumulation;
        let step = Step { learning_rate: context.learning_rate, number };
        (self.settings.optimizer.update)(&self.settings.options, step, weights, gradients, slots);
    }
}

impl Average {
    /// After the update of a step: the average moves, and now and then becomes the weights. It begins as the first step's weights.
    fn follow(self, finished: u64, weights: &mut [f32], averages: &mut [f32]) {
        let momentum = if finished == 0 { 0.0 } else { self.momentum };
        averages.iter_mut().zip(weights.iter()).for_each(|(a, w)| *a = momentum * *a + (1.0 - momentum) * w);
        if self.overwrite > 0 && (finished + 1).is_multiple_of(self.overwrite) {
            weights.copy_from_slice(averages);
        }
    }
}
