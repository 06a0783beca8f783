//! From a program's bytes to a plan: decode, differentiate, simplify, fuse, lay out memory.

#![forbid(unsafe_code)]

mod arena;
mod autodiff;
mod compile;
mod decode;
mod describe;
mod differentiate;
mod graph;
mod inside;
#[cfg(test)]
mod planner_tests;
mod recompute;
mod reorder;
mod units;
mod walk;

pub use compile::{compile, Plan, Record, Scalar};
pub use graph::{Graph, Node, Source};

use kernels::DType;
use parallel::{Space, Span};

/// What is wrong with a program, and in which layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// "program" for bytes that are no program, "shape" for a call whose shapes don't fit.
    pub code: &'static str,
    pub layer: String,
    pub message: String,
}

impl GraphError {
    pub(crate) fn program(message: impl Into<String>) -> GraphError {
        GraphError { code: "program", layer: String::new(), message: message.into() }
    }
}

/// A weight or a piece of state of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub shape: Vec<usize>,
    pub dtype: DType,
    pub trainable: bool,
    /// First word in `Space::Params`.
    pub offset: usize,
}

impl Parameter {
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Where a model's parameters lie: trainable ones first, side by side, so that gradients and slots have the same layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterTable {
    pub entries: Vec<Parameter>,
    /// Words of the trainable part.
    pub trainable: usize,
    /// Words of all.
    pub words: usize,
}

impl ParameterTable {
    pub fn new(parameters: impl IntoIterator<Item = (Vec<usize>, DType, bool)>) -> ParameterTable {
        let mut entries: Vec<Parameter> = parameters
            .into_iter()
            .map(|(shape, dtype, trainable)| Parameter { shape, dtype, trainable, offset: 0 })
            .collect();
        let mut at = 0;
        let mut trainable = 0;
        for wanted in [true, false] {
            for entry in entries.iter_mut().filter(|e| e.trainable == wanted) {
                entry.offset = at;
                at += entry.len().next_multiple_of(16);
            }
            if wanted {
                trainable = at;
            }
        }
        ParameterTable { entries, trainable, words: at }
    }

    pub fn span(&self, index: usize) -> Span {
        let entry = &self.entries[index];
        Span { space: Space::Params, offset: entry.offset, len: entry.len() }
    }
}
