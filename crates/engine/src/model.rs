//! A model's memory: parameters, gradients, optimizer slots, and the arena that its plans share.

use crate::execute::Sharing;
use crate::spec::{self, Limits, Start};
use crate::EngineError;
use graph::{ParameterTable, Plan};
use kernels::rng::Philox;
use kernels::{init, Kernel};
use optim::constraints::{Constrain, Constrained};
use optim::{Settings, Variable};
use parallel::{Memory, Scratch};

/// A plan and the records that end its steps.
pub struct Compiled {
    pub plan: Plan,
    /// Clipping and update, for training plans.
    pub update: Vec<graph::Record>,
    pub sharing: Sharing,
}

pub struct Model {
    pub table: ParameterTable,
    starts: Vec<Start>,
    pub arena: Memory,
    pub params: Memory,
    pub grads: Memory,
    pub slots: Memory,
    pub scratch: Scratch,
    pub programs: Vec<Option<Compiled>>,
    pub settings: Option<Settings>,
    /// Optimizer steps made.
    pub steps: u64,
    snapshot: Vec<f32>,
}

impl Model {
    pub fn new(words: &[u32]) -> Result<Model, EngineError> {
        let (table, starts) = spec::decode(words)?;
        Ok(Model {
            arena: Memory::new(0)?,
            params: Memory::new(table.words)?,
            grads: Memory::new(0)?,
            slots: Memory::new(0)?,
            scratch: Scratch::default(),
            programs: Vec::new(),
            settings: None,
            steps: 0,
            snapshot: Vec::new(),
            table,
            starts,
        })
    }

    pub fn initialize(&mut self, seed: u64) {
        let memory = self.params.as_mut_slice();
        for (entry, start) in self.table.entries.iter().zip(&self.starts) {
            let out = &mut memory[entry.offset..entry.offset + entry.len()];
            (init::ALL[start.initializer].fill)(
                &start.arguments,
                &entry.shape,
                Philox::new(if start.seeded { 0 } else { seed }, start.key),
                out,
            );
        }
    }

    /// All parameters one after the other, in the order of the model's description.
    pub fn weights(&self) -> Vec<f32> {
        let memory = self.params.as_slice();
        self.table.entries.iter().flat_map(|e| &memory[e.offset..e.offset + e.len()]).copied().collect()
    }

    /// Sets a state to zero.
    pub fn clear(&mut self, parameter: usize) -> Result<(), EngineError> {
        let entry = self.table.entries.get(parameter).filter(|e| !e.trainable);
        let entry = entry.ok_or_else(|| EngineError::new("protocol", format!("parameter {parameter} is no state")))?;
        self.params.as_mut_slice()[entry.offset..entry.offset + entry.len()].fill(0.0);
        Ok(())
    }

    pub fn set_weights(&mut self, values: &[f32]) -> Result<(), EngineError> {
        let wanted: usize = self.table.entries.iter().map(|e| e.len()).sum();
        if values.len() != wanted {
            return Err(EngineError::new("weights", format!("{wanted} numbers are needed, received {}", values.len())));
        }
        let memory = self.params.as_mut_slice();
        let mut at = 0;
        for entry in &self.table.entries {
            memory[entry.offset..entry.offset + entry.len()].copy_from_slice(&values[at..at + entry.len()]);
            at += entry.len();
        }
        Ok(())
    }

    /// Freezes and unfreezes: everything laid out by the old flags goes, the weights stay.
    pub fn set_trainable(&mut self, flags: &[u8]) -> Result<(), EngineError> {
        if flags.len() != self.table.entries.len() {
            return Err(EngineError::new("protocol", "a flag per parameter is needed"));
        }
        let weights = self.weights();
        let entries = self.table.entries.iter().zip(flags).map(|(e, &f)| (e.shape.clone(), e.dtype, f != 0));
        self.table = ParameterTable::new(entries.collect::<Vec<_>>());
        self.params = Memory::new(self.table.words)?;
        self.set_weights(&weights)?;
        self.programs.clear();
        self.grads = Memory::new(0)?;
        match self.settings.take() {
            Some(settings) => self.set_optimizer(settings),
            None => Ok(()),
        }
    }

    fn variables(&self) -> Vec<Variable> {
        let trained = self.table.entries.iter().enumerate().filter(|(_, e)| e.trainable);
        trained.map(|(parameter, e)| Variable { offset: e.offset, len: e.len(), parameter }).collect()
    }

    /// What trained weights keep to.
    fn constrained(&self) -> Vec<Constrained> {
        let trained = self.table.entries.iter().zip(&self.starts).filter(|(e, _)| e.trainable);
        let limits = trained.filter_map(|(e, start)| start.constraint.as_ref().map(|l| (e, l)));
        let of = |(e, l): (&graph::Parameter, &Limits)| Constrained {
            offset: e.offset,
            shape: e.shape.clone(),
            constraint: l.constraint,
            arguments: l.arguments.clone(),
            axes: l.axes,
        };
        limits.map(of).collect()
    }

    /// What ends each step of training: clipping, the optimizer's update, constraints.
    fn update(&self, settings: &Settings) -> Vec<Box<dyn Kernel>> {
        let mut records = settings.records(self.table.trainable, &self.variables());
        let constrained = self.constrained();
        if !constrained.is_empty() {
            records.push(Box::new(Constrain(constrained)));
        }
        records
    }

    pub fn set_optimizer(&mut self, settings: Settings) -> Result<(), EngineError> {
        self.slots = Memory::new(settings.words(self.table.trainable, &self.variables()))?;
        self.steps = 0;
        self.settings = Some(settings);
        for program in 0..self.programs.len() {
            self.finish(program);
        }
        Ok(())
    }

    /// One learning rate for all steps from now on.
    pub fn set_learning_rate(&mut self, rate: f32) -> Result<(), EngineError> {
        let settings =
            self.settings.as_mut().ok_or_else(|| EngineError::new("protocol", "the model has no optimizer"))?;
        settings.set_learning_rate(rate);
        Ok(())
    }

    /// Adds a plan; the arena and the scratch grow to what it needs.
    pub fn add(&mut self, bytes: &[u8], threads: usize) -> Result<usize, EngineError> {
        let plan = graph::compile(bytes, &self.table)?;
        if plan.arena_words > self.arena.words() {
            // The old one goes first: both at once may be more than there is.
            self.arena = Memory::new(0)?;
            let arena = Memory::new(plan.arena_words);
            if arena.is_err() {
                self.arena = Memory::new(self.arena_words())?;
            }
            self.arena = arena?;
        }
        if plan.train && self.grads.words() < self.table.trainable {
            self.grads = Memory::new(self.table.trainable)?;
        }
        let sharing = Sharing::default();
        let index = self.programs.iter().position(Option::is_none).unwrap_or(self.programs.len());
        if index == self.programs.len() {
            self.programs.push(None);
        }
        self.programs[index] = Some(Compiled { plan, update: Vec::new(), sharing });
        self.finish(index);
        let words = self.programs[index].as_ref().map_or(0, |c| c.sharing.scratch);
        self.scratch.reserve(threads, words)?;
        Ok(index)
    }

    fn arena_words(&self) -> usize {
        self.programs.iter().flatten().map(|c| c.plan.arena_words).max().unwrap_or(0)
    }

    /// Appends the optimizer's records to a training plan.
    fn finish(&mut self, program: usize) {
        let records = self.settings.as_ref().map_or(Vec::new(), |settings| self.update(settings));
        let Some(compiled) = &mut self.programs[program] else { return };
        let records = records.into_iter().map(|kernel| graph::Record { kernel, origin: 0 });
        compiled.update = if compiled.plan.train { records.collect() } else { Vec::new() };
        compiled.sharing = Sharing::of(compiled);
    }

    pub fn program(&self, program: usize) -> Result<&Compiled, EngineError> {
        let found = self.programs.get(program).and_then(Option::as_ref);
        found.ok_or_else(|| EngineError::new("protocol", format!("there is no program {program}")))
    }

    /// The numbers of a span.
    pub fn read(&self, span: parallel::Span) -> &[f32] {
        let space = [&self.arena, &self.params, &self.grads, &self.slots][span.space as usize];
        &space.as_slice()[span.offset..span.offset + span.len]
    }

    pub fn number(&self, scalar: graph::Scalar) -> f32 {
        match scalar {
            graph::Scalar::At(span) => self.read(span)[0],
            graph::Scalar::Known(number) => number,
        }
    }

    /// A copy of the weights at an address that stays; from now on it is renewed at the end of every epoch of training.
    pub fn take_snapshot(&mut self) -> usize {
        self.snapshot.resize(self.table.entries.iter().map(|e| e.len()).sum(), 0.0);
        self.renew_snapshot();
        self.snapshot.as_ptr() as usize
    }
    /// Nothing, unless a snapshot was asked for.
    pub fn renew_snapshot(&mut self) {
        if self.snapshot.is_empty() {
            return;
        }
        let memory = self.params.as_slice();
        let mut at = 0;
        for entry in &self.table.entries {
            self.snapshot[at..at + entry.len()].copy_from_slice(&memory[entry.offset..entry.offset + entry.len()]);
            at += entry.len();
        }
    }

    pub fn words(&self) -> usize {
        let memories = [&self.arena, &self.params, &self.grads, &self.slots];
        memories.iter().map(|m| m.words()).sum::<usize>() + self.scratch.words() + self.snapshot.len()
    }
}
