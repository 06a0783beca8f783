//! A run over a data set: epochs of steps, cut into slices.

use crate::execute::{step, StepInput};
use crate::model::Model;
use crate::words::Words;
use crate::EngineError;
use kernels::rng::permutation;
use kernels::{DType, Data};
use parallel::{region, Leader};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::*};

const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running = 0,
    Finished = 1,
    /// The stop flag was set.
    Stopped = 2,
    /// The loss of a step of training is no finite number; the step was not made.
    Broken = 3,
}

/// Where a run stands.
#[derive(Clone, Debug)]
pub struct Progress {
    pub state: State,
    pub steps: u64,
    pub epoch: u64,
    pub step_in_epoch: usize,
    /// Epochs that ended in the last slice: the metrics of each.
    pub completed: Vec<f64>,
    pub epochs_completed: usize,
    /// How often a thread slept at a barrier in the last slice.
    pub slept: u64,
}

pub struct Run {
    pub model: usize,
    program: usize,
    tail: Option<usize>,
    train: bool,
    rows: (u32, u32),
    batch: usize,
    shuffle: bool,
    epochs: (u64, u64),
    seed: u64,
    data: Vec<Data>,
    collect: bool,
    order: Vec<u32>,
    epoch: u64,
    at: usize,
    steps: u64,
    sums: Vec<(f64, f64)>,
    pub outputs: Vec<Vec<f32>>,
}

/// What the leader keeps during a slice.
struct Account<'a> {
    sums: &'a mut [(f64, f64)],
    outputs: &'a mut [Vec<f32>],
    done: usize,
}

impl Run {
    /// Reads: program, tail program, train, row from, row to, batch, shuffle, epoch from, epoch to, seed, collect, then per
    /// input: address (two words), dtype, elements per row, rows.
    pub fn decode(model: usize, words: &[u32], programs: &Model) -> Result<Run, EngineError> {
        let mut w = Words::new(words);
        let program = w.next()? as usize;
        let tail = Some(w.next()?).filter(|&t| t != NONE).map(|t| t as usize);
        let train = w.next()? != 0;
        let rows = (w.next()?, w.next()?);
        let batch = w.next()? as usize;
        let shuffle = w.next()? != 0;
        let epochs = (w.next()? as u64, w.next()? as u64);
        let seed = w.u64()?;
        let collect = w.next()? != 0;
        let mut data = Vec::new();
        for _ in 0..w.count()? {
            let address = w.u64()? as usize;
            let Some(dtype) = DType::from_code(w.next()?) else {
                return Err(EngineError::new("protocol", "unknown element type"));
            };
            data.push(Data { address, dtype, row: w.next()? as usize, rows: w.next()? as usize });
        }
        let compiled = programs.program(program)?;
        let metrics = compiled.plan.metrics.len();
        let mut run = Run {
            model,
            program,
            tail,
            train,
            rows,
            batch,
            shuffle,
            epochs,
            seed,
            data,
            collect,
            order: Vec::new(),
            epoch: epochs.0,
            at: 0,
            steps: 0,
            sums: vec![(0.0, 0.0); metrics],
            outputs: compiled.plan.outputs.iter().map(|_| Vec::new()).collect(),
        };
        run.check(programs)?;
        let kept = if collect { run.count() } else { 0 };
        for (output, span) in run.outputs.iter_mut().zip(&compiled.plan.outputs) {
            output.reserve_exact(kept * (span.len / batch));
        }
        run.begin_epoch();
        Ok(run)
    }

    pub fn data(&self) -> &[Data] {
        &self.data
    }
    fn count(&self) -> usize {
        (self.rows.1 - self.rows.0) as usize
    }
    fn steps_per_epoch(&self) -> usize {
        self.count().div_ceil(self.batch)
    }

    /// Everything that could go wrong inside a slice is checked here.
    fn check(&self, model: &Model) -> Result<(), EngineError> {
        let bad = |what: String| Err(EngineError::new("protocol", what));
        if self.batch == 0 || self.rows.1 <= self.rows.0 || self.epochs.1 < self.epochs.0 {
            return bad("a run needs rows, a batch and epochs".into());
        }
        let rest = self.count() % self.batch;
        let plans = [(Some(self.program), self.batch), (self.tail, rest)];
        for (program, batch) in plans.iter().filter_map(|(p, b)| p.map(|p| (p, *b))) {
            let plan = &model.program(program)?.plan;
            if plan.batch != batch || plan.inputs.len() != self.data.len() || plan.metrics.len() != self.sums.len() {
                return bad(format!("program {program} takes batches of {}, not {batch}", plan.batch));
            }
            if plan.train != self.train || self.train && model.settings.is_none() {
                return bad("training needs a training program and an optimizer".into());
            }
            for ((_, dtype, row), data) in plan.inputs.iter().zip(&self.data) {
                if *dtype != data.dtype || *row != data.row || self.rows.1 as usize > data.rows {
                    return bad(format!("data of {:?} rows of {} do not fit the program", data.dtype, data.row));
                }
            }
        }
        if self.tail.is_none() && rest != 0 && self.train {
            return bad("a last short batch needs a program of its own".into());
        }
        Ok(())
    }

    fn begin_epoch(&mut self) {
        let batches = self.steps_per_epoch() * self.batch;
        self.order.resize(self.count(), 0);
        if self.shuffle {
            permutation(self.seed, self.epoch, self.rows.0, &mut self.order);
        } else {
            (self.rows.0..self.rows.1).zip(self.order.iter_mut()).for_each(|(row, place)| *place = row);
        }
        if self.tail.is_none() {
            // Padding rows: zeros whose results are dropped.
            self.order.resize(batches, NONE);
        }
        self.at = 0;
        self.sums.fill((0.0, 0.0));
    }

    pub fn metrics(&self) -> Vec<f64> {
        self.sums.iter().map(|&(n, d)| n / d).collect()
    }

    /// Runs up to `most` steps; stops at the end of an epoch if asked.
    pub fn slice(
        &mut self,
        model: &mut Model,
        most: u64,
        until_epoch_end: bool,
        threads: usize,
        stop: &AtomicI32,
        progress: &AtomicI32,
    ) -> Result<Progress, EngineError> {
        let (mut completed, slept) = (Vec::new(), parallel::slept());
        let mut epochs_completed = 0;
        let mut state = if self.epoch >= self.epochs.1 { State::Finished } else { State::Running };
        let mut left = most;
        while state == State::Running && left > 0 {
            let wanted = ((self.steps_per_epoch() - self.at) as u64).min(left) as usize;
            let (done, broken) = self.steps(model, wanted, threads, stop, progress)?;
            if broken {
                state = State::Broken;
            }
            left -= done as u64;
            if self.at == self.steps_per_epoch() {
                completed.extend(self.metrics());
                epochs_completed += 1;
                if self.train {
                    model.renew_snapshot();
                }
                self.epoch += 1;
                if self.epoch == self.epochs.1 {
                    state = State::Finished;
                } else {
                    self.begin_epoch();
                }
                if until_epoch_end {
                    break;
                }
            }
            if state == State::Running && stop.load(Relaxed) != 0 {
                state = State::Stopped;
            }
        }
        let (epoch, step_in_epoch) = (self.epoch, self.at);
        let slept = parallel::slept() - slept;
        Ok(Progress { state, steps: self.steps, epoch, step_in_epoch, completed, epochs_completed, slept })
    }

    /// Runs whole batches from the start of the order again and again, on at most so many threads; answers how many there were, and
    /// the time that each record took in all, by `clock`.
    pub fn profile(
        &self,
        model: &Model,
        steps: usize,
        threads: usize,
        clock: &(dyn Fn() -> f64 + Sync),
    ) -> Result<(usize, Vec<f64>), EngineError> {
        let compiled = model.program(self.program)?;
        let threads = if compiled.sharing.team { threads } else { 1 };
        let times = Leader::new((0.0, vec![0.0; compiled.sharing.records.len()]));
        let whole = (self.count() / self.batch).max(1);
        let learning_rate = model.settings.as_ref().map_or(0.0, |s| s.learning_rate(model.steps));
        region(threads, &|team| {
            model.scratch.with(team, |scratch| {
                for i in 0..steps {
                    let from = (i % whole) * self.batch;
                    let rows = &self.order[from..(from + self.batch).min(self.order.len())];
                    let (data, number, seed) = (&self.data[..], model.steps, self.seed);
                    let input = StepInput { rows, data, step: number, seed, learning_rate, broken: None };
                    times.with(team, |(last, _)| *last = clock());
                    step(model, compiled, &input, true, team, scratch, |place| {
                        times.with(team, |(last, sums)| {
                            let now = clock();
                            sums[place] += now - *last;
                            *last = now;
                        })
                    });
                }
            })
        });
        Ok((threads, times.into_inner().1))
    }

    /// Up to `wanted` steps inside one epoch; answers how many were made, and whether the next one breaks.
    fn steps(
        &mut self,
        model: &mut Model,
        wanted: usize,
        threads: usize,
        stop: &AtomicI32,
        progress: &AtomicI32,
    ) -> Result<(usize, bool), EngineError> {
        let Run { sums, outputs, order, data, .. } = self;
        let (first, batch, seed) = (self.at, self.batch, self.seed);
        let whole = self.rows.1 - self.rows.0;
        let main = model.program(self.program)?;
        let tail = self.tail.map(|t| model.program(t)).transpose()?;
        let threads = if main.sharing.team { threads } else { 1 };
        let rate = |n: u64| model.settings.as_ref().map_or(0.0, |s| s.learning_rate(n));
        let account = Leader::new(Account { sums, outputs, done: 0 });
        let (halt, broken) = (AtomicBool::new(false), AtomicBool::new(false));
        let (train, collect, before) = (self.train, self.collect, model.steps);
        let model_ref: &Model = model;
        region(threads, &|team| {
            model_ref.scratch.with(team, |scratch| {
                for i in 0..wanted {
                    let from = (first + i) * batch;
                    let to = (from + batch).min(order.len());
                    let compiled = match tail {
                        Some(tail) if to - from < batch => tail,
                        _ => main,
                    };
                    let number = before + if train { i as u64 } else { 0 };
                    let learning_rate = if train { rate(number) } else { 0.0 };
                    let guard = train.then_some(&broken);
                    let input =
                        StepInput { rows: &order[from..to], data, step: number, seed, learning_rate, broken: guard };
                    step(model_ref, compiled, &input, true, team, scratch, |_| {});
                    account.with(team, |account| {
                        account.take(model_ref, &compiled.plan, collect, (whole as usize - from).min(to - from));
                        progress.fetch_add(1, Relaxed);
                        let broken = broken.load(Relaxed);
                        account.done += usize::from(!broken);
                        if broken || stop.load(Relaxed) != 0 {
                            halt.store(true, Relaxed);
                        }
                    });
                    team.barrier();
                    if halt.load(Relaxed) {
                        break;
                    }
                }
            })
        });
        let done = account.into_inner().done;
        if self.train {
            model.steps += done as u64;
        }
        self.at += done;
        self.steps += done as u64;
        Ok((done, broken.into_inner()))
    }
}

impl Account<'_> {
    /// After a step: metrics are added up, outputs kept. `rows` of the batch are real.
    fn take(&mut self, model: &Model, plan: &graph::Plan, collect: bool, rows: usize) {
        for (sum, &(numerator, denominator)) in self.sums.iter_mut().zip(&plan.metrics) {
            sum.0 += model.number(numerator) as f64;
            sum.1 += model.number(denominator) as f64;
        }
        if collect {
            for (output, &span) in self.outputs.iter_mut().zip(&plan.outputs) {
                let per_row = span.len / plan.batch.max(1);
                output.extend_from_slice(&model.read(span)[..rows * per_row]);
            }
        }
    }
}
