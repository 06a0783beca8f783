//! Recurrent networks over whole sequences: a chunk of rows of the batch walks all steps, forwards or, for the gradient,
//! back. Rows never meet, so threads never wait for each other on the way.
//!
//! The products with the input are ordinary matrix products, made for all steps at once before and after the walk. What is
//! left to a step is the product with the recurrent weights, packed once per batch, and the gates. A narrow input is multiplied
//! on the way forward as well, as a part of the same product, so that what becomes of it is never in memory.

mod backward;
mod cell;
mod forward;
mod inner;
mod product;

pub use cell::{Activation, Cell};
pub use inner::{inner_gradient, kernel_gradient};

use crate::record::Kernel;
use parallel::Span;
use product::Weights;
use std::ops::Range;

/// Rows of the batch that walk together, at most: their states, products and gates stay in L1.
const MOST_ROWS: usize = 16;

/// A walk along sequences: what the projected input [batch, steps, gates · units] becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    pub cell: Cell,
    pub activation: Activation,
    pub gate_activation: Activation,
    pub batch: usize,
    pub steps: usize,
    pub units: usize,
    /// Numbers that are multiplied at each step before the state: 1 for a bias, a narrow input.
    pub ahead: usize,
    /// From the last step to the first.
    pub backwards: bool,
    /// Whether masked steps give 0, instead of the output before.
    pub zero_output: bool,
    /// Whether the result has the outputs of all steps, instead of the last.
    pub sequences: bool,
    /// Whether the last states follow in the result.
    pub states: bool,
}

/// What gates take from outside.
#[derive(Clone, Copy)]
pub enum Input {
    /// [batch, steps, gates · units]
    Projected(Span),
    /// [batch, steps, size], to be multiplied by a kernel [size, gates · units], with a bias [gates · units]. A GRU can't take
    /// it: its reset stands between the products.
    Plain { x: Span, kernel: Span, bias: Span },
}

/// The values of a walk beside its input.
#[derive(Clone, Copy, Default)]
pub struct Values {
    /// Of the recurrent product [gates · units].
    pub bias: Option<Span>,
    /// Factors of the state [batch, units], the same at all steps.
    pub noise: Option<Span>,
    /// First states [batch, units]; zeros if not given.
    pub first: [Option<Span>; 2],
    /// 1 where a step counts [batch, steps].
    pub mask: Option<Span>,
}

impl Walk {
    pub fn width(&self) -> usize {
        self.cell.gates() * self.units
    }
    /// Rows of `units` that the result has for a row of the batch.
    pub fn outputs(&self) -> usize {
        let steps = if self.sequences { self.steps } else { 1 };
        steps + if self.states { self.cell.states() } else { 0 }
    }
    /// Words that the gradient needs of a step.
    fn kept(&self) -> usize {
        self.cell.kept() * self.units
    }
    fn kept_words(&self) -> usize {
        self.batch * self.steps * self.kept()
    }
    /// Words that are multiplied at each step.
    pub fn line(&self) -> usize {
        self.ahead + self.units
    }
    fn lines_words(&self) -> usize {
        self.batch * self.steps * self.line()
    }
    /// Words of what a walk keeps: gates and cells, what was multiplied, the result.
    pub fn keep_words(&self) -> usize {
        self.kept_words() + self.lines_words() + self.batch * self.outputs() * self.units
    }
    /// The part of what was kept that holds what was multiplied [batch, steps, line].
    fn lines(&self, keep: Span) -> Span {
        Span { offset: keep.offset + self.kept_words(), len: self.lines_words(), ..keep }
    }
    /// The part that holds the result.
    pub fn result(&self, keep: Span) -> Span {
        let before = self.kept_words() + self.lines_words();
        Span { offset: keep.offset + before, len: keep.len - before, ..keep }
    }
    /// Where what was kept of a row's step begins, and how far apart its parts lie: step by step for the rows that walk
    /// together, and for each step one part of all of them after the other.
    fn kept_at(&self, row: usize, step: usize) -> (usize, usize) {
        let rows = self.rows(row / self.chunk_rows());
        let begin = (rows.start * self.steps + step * rows.len()) * self.kept();
        (begin + (row - rows.start) * self.units, rows.len() * self.units)
    }
    /// The step of the sequence that the walk makes after `done` others.
    fn step(&self, done: usize) -> usize {
        if self.backwards {
            self.steps - 1 - done
        } else {
            done
        }
    }

    /// Rows per chunk, by the batch alone: chunks for two threads from small batches, more from larger ones.
    fn chunk_rows(&self) -> usize {
        match self.batch {
            0..16 => 4,
            16..32 => 8,
            _ => MOST_ROWS,
        }
    }
    fn chunks(&self) -> usize {
        self.batch.div_ceil(self.chunk_rows())
    }
    fn rows(&self, chunk: usize) -> Range<usize> {
        let from = chunk * self.chunk_rows();
        from..(from + self.chunk_rows()).min(self.batch)
    }
    /// Operations of a product of so many words with all gates, and of the gates.
    fn flops(&self, words: usize) -> u64 {
        let elements = (self.batch * self.steps * self.width()) as u64;
        elements * (2 * words as u64 + 40)
    }

    fn forward_weights(&self) -> Weights {
        Weights { k: self.line(), n: self.units, blocks: self.cell.gates(), transposed: false }
    }
    fn backward_weights(&self) -> Weights {
        Weights { k: self.width(), n: self.units, blocks: 1, transposed: true }
    }
    /// Whether the walk had better take its input plain: the weights of both products together stay in cache.
    pub fn takes_plain(&self, size: usize) -> bool {
        self.cell != Cell::Gru && size <= self.units
    }
    /// Words of workspace of [`forward`].
    pub fn forward_workspace(&self) -> usize {
        self.forward_weights().words()
    }
    /// Words of workspace of [`gradient`].
    pub fn gradient_workspace(&self) -> usize {
        self.backward_weights().words()
    }
}

/// The walk; `keep` tells whether `out` takes what the gradient needs before the result.
#[allow(clippy::too_many_arguments)]
pub fn forward(
    walk: Walk,
    input: Input,
    recurrent: Span,
    values: Values,
    keep: bool,
    out: Span,
    workspace: Span,
    push: &mut dyn FnMut(Box<dyn Kernel>),
) {
    // The bias is a row of the weights, for a column of ones. What is 0 at the first step comes last.
    let mut parts = match input {
        Input::Plain { kernel, bias, .. } => vec![(bias, 1), (kernel, walk.ahead - 1)],
        Input::Projected(_) => values.bias.map(|bias| (bias, 1)).into_iter().collect(),
    };
    parts.push((recurrent, walk.units));
    let weights = walk.forward_weights();
    push(Box::new(weights.packing(parts, workspace)));
    push(Box::new(forward::Forward::new(walk, input, values, keep, out, weights.packed(workspace))));
}

/// The gradient of the projected input, followed by those of the first states where they are given.
#[allow(clippy::too_many_arguments)]
pub fn gradient(
    walk: Walk,
    keep: Span,
    dy: Span,
    recurrent: Span,
    values: Values,
    out: Span,
    workspace: Span,
    push: &mut dyn FnMut(Box<dyn Kernel>),
) {
    let weights = walk.backward_weights();
    push(Box::new(weights.packing(vec![(recurrent, walk.width())], workspace)));
    push(Box::new(backward::Backward::new(walk, keep, dy, values, out, weights.packed(workspace))));
}
