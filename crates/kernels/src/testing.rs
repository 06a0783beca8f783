//! A small arena in which tests run records.

use crate::record::{Kernel, StepContext};
use crate::rng::Philox;
use parallel::{Memory, Space, Span};

/// Memory that grows while a test lays out its values.
pub struct Machine {
    words: Vec<f32>,
    draws: u64,
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    pub fn new() -> Machine {
        Machine { words: Vec::new(), draws: 0 }
    }
    pub fn values(&mut self, values: &[f32]) -> Span {
        let span = Span { space: Space::Arena, offset: self.words.len(), len: values.len() };
        self.words.extend_from_slice(values);
        span
    }
    /// NaN everywhere: a kernel that forgets an element is seen.
    pub fn alloc(&mut self, len: usize) -> Span {
        self.values(&vec![f32::NAN; len])
    }
    pub fn random(&mut self, len: usize) -> Span {
        self.draws += 1;
        let generator = Philox::new(99, self.draws);
        let values: Vec<f32> =
            (0..len).map(|i| generator.uniform16(0, i as u64)[0].to_array()[0] * 2.0 - 1.0).collect();
        self.values(&values)
    }
    pub fn get(&self, span: Span) -> &[f32] {
        &self.words[span.offset..span.offset + span.len]
    }
}

/// Runs records one after the other, chunks last to first: order must not matter.
pub fn run_all(machine: &mut Machine, records: &[Box<dyn Kernel>]) {
    let mut arena = Memory::new(machine.words.len()).expect("test memory");
    arena.as_mut_slice().copy_from_slice(&machine.words);
    let empty = Memory::new(0).expect("no memory");
    let context = StepContext {
        spaces: [&arena, &empty, &empty, &empty],
        rows: &[],
        data: &[],
        step: 0,
        seed: 1,
        learning_rate: 0.0,
    };
    for record in records {
        let mut scratch = vec![f32::NAN; record.scratch()];
        if record.chunks() > 1 {
            record.prepare(&context, &mut scratch);
        }
        for chunk in (0..record.chunks()).rev() {
            record.run(&context, chunk, &mut scratch);
        }
    }
    machine.words.copy_from_slice(arena.as_slice());
}
