//! The engine: models and runs by number.

use crate::execute::{step, StepInput};
use crate::model::Model;
use crate::run::{Progress, Run};
use crate::EngineError;
use optim::Settings;
use parallel::{region, Memory};
use std::collections::HashMap;
use std::sync::atomic::AtomicI32;

type Result<T> = std::result::Result<T, EngineError>;

/// Everything that lives behind one thread of JavaScript.
pub struct Engine {
    threads: usize,
    /// How many of them are there.
    team: usize,
    models: Vec<Option<Model>>,
    runs: Vec<Option<Run>>,
    arrays: HashMap<usize, Memory>,
    /// Not zero: the running slice ends after its current step.
    pub stop: Box<AtomicI32>,
    /// Steps made since the start of the run.
    pub progress: Box<AtomicI32>,
    peak: usize,
}

/// Puts a value at the first free place.
fn insert<T>(places: &mut Vec<Option<T>>, value: T) -> usize {
    let free = places.iter().position(Option::is_none).unwrap_or(places.len());
    if free == places.len() {
        places.push(None);
    }
    places[free] = Some(value);
    free
}

impl Engine {
    pub fn new(threads: usize) -> Engine {
        Engine {
            threads: threads.max(1),
            team: threads.max(1),
            models: Vec::new(),
            runs: Vec::new(),
            arrays: HashMap::new(),
            stop: Box::default(),
            progress: Box::default(),
            peak: 0,
        }
    }

    /// Whether the other threads have come; until then all runs on the caller's, in the memory of one of the team.
    pub fn gather(&mut self, all: bool) {
        self.team = if all { self.threads } else { 1 };
    }

    pub fn model(&self, m: usize) -> Result<&Model> {
        self.models.get(m).and_then(Option::as_ref).ok_or_else(|| EngineError::new("protocol", "no such model"))
    }
    pub fn model_mut(&mut self, m: usize) -> Result<&mut Model> {
        self.models.get_mut(m).and_then(Option::as_mut).ok_or_else(|| EngineError::new("protocol", "no such model"))
    }
    fn run(&self, r: usize) -> Result<&Run> {
        self.runs.get(r).and_then(Option::as_ref).ok_or_else(|| EngineError::new("protocol", "no such run"))
    }

    pub fn create(&mut self, words: &[u32]) -> Result<usize> {
        let model = Model::new(words)?;
        let m = insert(&mut self.models, model);
        self.measure();
        Ok(m)
    }
    pub fn free(&mut self, m: usize) {
        if let Some(place) = self.models.get_mut(m) {
            *place = None;
        }
        for run in &mut self.runs {
            if run.as_ref().is_some_and(|r| r.model == m) {
                *run = None;
            }
        }
    }

    pub fn add_program(&mut self, m: usize, bytes: &[u8]) -> Result<usize> {
        let threads = self.threads;
        let program = self.model_mut(m)?.add(bytes, threads)?;
        self.measure();
        Ok(program)
    }
    pub fn free_program(&mut self, m: usize, program: usize) -> Result<()> {
        if let Some(place) = self.model_mut(m)?.programs.get_mut(program) {
            *place = None;
        }
        Ok(())
    }
    pub fn set_optimizer(&mut self, m: usize, words: &[u32]) -> Result<()> {
        let settings = Settings::decode(words)?;
        let result = self.model_mut(m)?.set_optimizer(settings);
        self.measure();
        result
    }

    /// Room for data, on a 64-byte boundary; answers its address.
    pub fn allocate(&mut self, bytes: usize) -> Result<usize> {
        let memory = Memory::uncleared(bytes.div_ceil(4).max(1))?;
        let address = memory.as_slice().as_ptr() as usize;
        self.arrays.insert(address, memory);
        self.measure();
        Ok(address)
    }
    pub fn release(&mut self, address: usize) {
        self.arrays.remove(&address);
    }
    /// Index of the first number of an array that is not finite.
    pub fn first_not_finite(&self, address: usize, length: usize) -> Result<Option<usize>> {
        let array = self.arrays.get(&address).filter(|a| a.words() >= length);
        let array = array.ok_or_else(|| EngineError::new("protocol", "no such array"))?;
        // Blocks without a branch per number run on vectors.
        let finite = |block: &[f32]| block.iter().fold(true, |all, x| all & x.is_finite());
        let found = array.as_slice()[..length].chunks(256).position(|block| !finite(block)).map(|block| 256 * block);
        Ok(found.and_then(|from| Some(from + array.as_slice()[from..length].iter().position(|x| !x.is_finite())?)))
    }

    pub fn create_run(&mut self, m: usize, words: &[u32]) -> Result<usize> {
        let run = Run::decode(m, words, self.model(m)?)?;
        for data in run.data() {
            let bytes = data.rows.saturating_mul(data.row).saturating_mul(data.dtype.bytes());
            if self.arrays.get(&data.address).is_none_or(|a| a.words() * 4 < bytes) {
                return Err(EngineError::new("protocol", "a run over data that are not there"));
            }
        }
        Ok(insert(&mut self.runs, run))
    }
    /// Up to `most` steps of a run, on one thread if it's to be `alone`.
    pub fn slice(&mut self, r: usize, most: u64, until_epoch_end: bool, alone: bool) -> Result<Progress> {
        let threads = if alone { 1 } else { self.team };
        let mut run =
            self.runs.get_mut(r).and_then(Option::take).ok_or_else(|| EngineError::new("protocol", "no such run"))?;
        let result = match self.models.get_mut(run.model).and_then(Option::as_mut) {
            Some(model) => run.slice(model, most, until_epoch_end, threads, &self.stop, &self.progress),
            None => Err(EngineError::new("protocol", "the run's model is gone")),
        };
        self.runs[r] = Some(run);
        result
    }
    /// Time of each record of the run's plan over so many steps, on at most so many threads, and on how many it was.
    pub fn profile(
        &self,
        r: usize,
        steps: usize,
        threads: usize,
        clock: &(dyn Fn() -> f64 + Sync),
    ) -> Result<(usize, Vec<f64>)> {
        let run = self.run(r)?;
        run.profile(self.model(run.model)?, steps, threads.clamp(1, self.team), clock)
    }
    pub fn run_metrics(&self, r: usize) -> Result<Vec<f64>> {
        Ok(self.run(r)?.metrics())
    }
    /// An output's rows of all steps so far, which the run gives away.
    pub fn take_output(&mut self, r: usize, output: usize) -> Result<Vec<f32>> {
        let run = self.runs.get_mut(r).and_then(Option::as_mut);
        let rows = run.and_then(|run| run.outputs.get_mut(output)).map(std::mem::take);
        rows.ok_or_else(|| EngineError::new("protocol", "no such output"))
    }
    pub fn free_run(&mut self, r: usize) {
        if let Some(place) = self.runs.get_mut(r) {
            *place = None;
        }
    }

    /// Runs a plan on inputs that the caller has written into its memory, without the other threads if `alone`.
    pub fn predict(&mut self, m: usize, program: usize, alone: bool) -> Result<()> {
        let model = self.model(m)?;
        let compiled = model.program(program)?;
        if compiled.plan.train {
            return Err(EngineError::new("protocol", "a training program can't predict"));
        }
        let input = StepInput { rows: &[], data: &[], step: 0, seed: 0, learning_rate: 0.0, broken: None };
        let threads = if compiled.sharing.team && !alone { self.team } else { 1 };
        region(threads, &|team| model.scratch.with(team, |s| step(model, compiled, &input, false, team, s, |_| {})));
        Ok(())
    }

    /// Addresses and lengths in words of a plan's inputs and outputs.
    pub fn predict_places(&self, m: usize, program: usize) -> Result<Vec<u32>> {
        let model = self.model(m)?;
        let plan = &model.program(program)?.plan;
        let memories = [&model.arena, &model.params, &model.grads, &model.slots];
        let place = |span: &parallel::Span| {
            let base = memories[span.space as usize].as_slice().as_ptr() as usize;
            [(base + 4 * span.offset) as u32, span.len as u32]
        };
        let inputs = plan.inputs.iter().map(|(span, _, _)| span);
        Ok(inputs.chain(&plan.outputs).flat_map(place).collect())
    }

    fn live(&self) -> usize {
        let models: usize = self.models.iter().flatten().map(Model::words).sum();
        4 * (models + self.arrays.values().map(Memory::words).sum::<usize>())
    }
    fn measure(&mut self) {
        self.peak = self.peak.max(self.live());
    }
    /// Bytes in use, and the most that ever were.
    pub fn memory(&self) -> (usize, usize) {
        (self.live(), self.peak.max(self.live()))
    }
}
