//! An optimizer with everything around it: clipping, weight decay, schedule.

use crate::accumulate::Accumulate;
use crate::apply::Apply;
use crate::clip::{Clip, Combine, Squares};
use crate::optimizers::{Optimizer, ALL};
use crate::schedules;
use kernels::Kernel;
use parallel::{Space, Span};

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(pub String);

#[derive(Clone)]
pub struct Settings {
    pub optimizer: &'static Optimizer,
    pub options: Vec<f32>,
    pub weight_decay: f32,
    pub clip: Clip,
    /// Gradients come multiplied with it.
    pub loss_scale: f32,
    /// Gradients of so many steps are averaged before the optimizer sees them; at least 1.
    pub accumulation: u64,
    pub average: Option<Average>,
    /// Parameters that don't decay.
    kept: Vec<usize>,
    schedule: usize,
    rates: Vec<f32>,
}

/// A running average of the weights: its momentum, and after how many steps it replaces them; 0 for never.
#[derive(Clone, Copy)]
pub struct Average {
    pub momentum: f32,
    pub overwrite: u64,
}

/// A variable of the model: where it lies among the trainable words, and which parameter it is.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    pub offset: usize,
    pub len: usize,
    pub parameter: usize,
}

impl Settings {
    /// Reads `[kind, n, options…, weight decay, clip kind, clip limit, loss scale, accumulated steps,
    /// average?, its momentum, its steps, n, parameters that don't decay…, schedule, n, arguments…]`; numbers by their bits.
    pub fn decode(words: &[u32]) -> Result<Settings, SettingsError> {
        let bad = |what: &str| Err(SettingsError(format!("optimizer settings: {what}")));
        let mut words = words.iter().copied();
        let mut next = || words.next().ok_or(SettingsError("optimizer settings end too early".into()));
        let Some(optimizer) = ALL.get(next()? as usize) else { return bad("unknown optimizer") };
        if next()? as usize != optimizer.options.len() {
            return bad("wrong number of options");
        }
        let mut number = || next().map(f32::from_bits);
        let options = optimizer.options.iter().map(|_| number()).collect::<Result<Vec<_>, _>>()?;
        let weight_decay = number()?;
        let (kind, limit) = (number()?.to_bits(), number()?);
        let Some(clip) = Clip::from_code(kind, limit) else { return bad("unknown clipping") };
        let loss_scale = number()?;
        let accumulation = (number()?.to_bits() as u64).max(1);
        let (averaged, momentum, overwrite) = (number()?.to_bits() != 0, number()?, number()?.to_bits() as u64);
        let average = averaged.then_some(Average { momentum, overwrite });
        let count = number()?.to_bits();
        let kept = (0..count).map(|_| number().map(|p| p.to_bits() as usize)).collect::<Result<Vec<_>, _>>()?;
        let (schedule, count) = (number()?.to_bits() as usize, number()?.to_bits() as usize);
        if !schedules::ALL.get(schedule).is_some_and(|s| (s.accepts)(count)) || count > 1 << 12 {
            return bad("unknown schedule");
        }
        let rates = (0..count).map(|_| number()).collect::<Result<Vec<_>, _>>()?;
        Ok(Settings {
            optimizer,
            options,
            weight_decay,
            clip,
            loss_scale,
            accumulation,
            average,
            kept,
            schedule,
            rates,
        })
    }

    /// Learning rate of the step after `finished` steps.
    pub fn learning_rate(&self, finished: u64) -> f32 {
        (schedules::ALL[self.schedule].rate)(&self.rates, finished) as f32
    }

    /// From now on one rate for every step.
    pub fn set_learning_rate(&mut self, rate: f32) {
        self.schedule = 0;
        self.rates = vec![rate];
    }

    /// Slots of the optimizer itself; sums of gradients and the average lie behind them.
    pub fn own_slots(&self) -> usize {
        (self.optimizer.slots)(&self.options)
    }
    fn accumulates(&self) -> bool {
        self.accumulation > 1
    }
    pub fn slots(&self) -> usize {
        self.own_slots() + self.accumulates() as usize + self.average.is_some() as usize
    }
    /// The share of the learning rate by which a variable decays.
    pub fn decay(&self, variable: &Variable) -> f32 {
        if self.kept.contains(&variable.parameter) {
            0.0
        } else {
            self.weight_decay
        }
    }

    /// Words of `Space::Slots`: the slots, then room for the norms that clipping needs.
    pub fn words(&self, trainable: usize, variables: &[Variable]) -> usize {
        self.slots() * trainable + Squares::words(variables) + 16
    }

    /// The records that end a training step.
    pub fn records(&self, trainable: usize, variables: &[Variable]) -> Vec<Box<dyn Kernel>> {
        let mut records: Vec<Box<dyn Kernel>> = Vec::new();
        let at = self.slots() * trainable;
        let norms = Span { space: Space::Slots, offset: at, len: Squares::words(variables) };
        if self.accumulates() {
            records.push(Box::new(Accumulate::new(self.accumulation, variables, self.own_slots() * trainable)));
        }
        if self.clip.needs_norms() {
            records.push(Box::new(Squares::new(self.loss_scale, variables, norms)));
            records.push(Box::new(Combine::new(self.clip, variables, norms)));
        }
        records.push(Box::new(Apply::new(self.clone(), trainable, variables, norms)));
        records
    }
}
