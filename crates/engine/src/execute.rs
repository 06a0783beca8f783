//! Running records, alone or as a team.

use crate::model::{Compiled, Model};
use graph::Record;
use kernels::{Data, StepContext};
use parallel::Team;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Work of a record that is worth a barrier (0.2 µs, or some µs when a thread must be woken).
const SHARED_FLOPS: u64 = 60_000;
/// Memory that a record moves that is worth a barrier.
const SHARED_BYTES: u64 = 128 * 1024;
/// Work of a step that is worth entering the pool.
const POOL_FLOPS: u64 = 400_000;

/// What one thread does in a microsecond: operations, and bytes moved; and microseconds that a record takes anyhow.
const FLOPS: f64 = 50_000.0;
const BYTES: f64 = 10_000.0;
const RECORD: f64 = 0.1;

/// Which records of a plan are shared among threads; decided by sizes alone.
#[derive(Default)]
pub struct Sharing {
    /// Of feed, records and update, in order: its number of chunks, and whether threads share them.
    pub records: Vec<(usize, bool)>,
    /// Whether a step is worth more than one thread.
    pub team: bool,
    /// Microseconds, more or less, of a step on one thread.
    pub cost: f64,
    /// Scratch words of the neediest record.
    pub scratch: usize,
}

impl Sharing {
    pub fn of(compiled: &Compiled) -> Sharing {
        let all = || compiled.plan.feed.iter().chain(&compiled.plan.records).chain(&compiled.update);
        let worth = |r: &Record| r.kernel.flops() >= SHARED_FLOPS || r.kernel.bytes() >= SHARED_BYTES;
        let shared = |r: &Record| r.kernel.chunks() > 1 && worth(r);
        let sum = |of: fn(&Record) -> u64| all().map(of).sum::<u64>() as f64;
        let (flops, bytes) = (sum(|r| r.kernel.flops()), sum(|r| r.kernel.bytes()));
        Sharing {
            records: all().map(|r| (r.kernel.chunks(), shared(r))).collect(),
            team: all().filter(|r| shared(r)).map(|r| r.kernel.flops()).sum::<u64>() >= POOL_FLOPS,
            cost: (flops / FLOPS).max(bytes / BYTES) + RECORD * all().count() as f64,
            scratch: all().map(|r| r.kernel.scratch()).max().unwrap_or(0),
        }
    }
}

/// What a step needs beside its plan.
pub struct StepInput<'a> {
    /// In training: is set where a step meets a loss that is no finite number; the weights stay as they are then.
    pub broken: Option<&'a AtomicBool>,
    pub rows: &'a [u32],
    pub data: &'a [Data],
    pub step: u64,
    pub seed: u64,
    pub learning_rate: f32,
}

fn context<'a>(model: &'a Model, input: &StepInput<'a>) -> StepContext<'a> {
    StepContext {
        spaces: [&model.arena, &model.params, &model.grads, &model.slots],
        rows: input.rows,
        data: input.data,
        step: input.step,
        seed: input.seed,
        learning_rate: input.learning_rate,
    }
}

/// Notes a loss that is no finite number.
fn look_at_loss(model: &Model, compiled: &Compiled, broken: &AtomicBool) {
    if compiled.plan.metrics.first().is_some_and(|&(loss, _)| !model.number(loss).is_finite()) {
        broken.store(true, Relaxed);
    }
}

/// Runs one step. With a team, every thread calls this; all are done when it returns on the leader. `done` hears of each record: on
/// the leader when it is over, on other threads maybe while the leader still works on it alone.
pub fn step(
    model: &Model,
    compiled: &Compiled,
    input: &StepInput,
    feed: bool,
    team: &Team,
    scratch: &mut [f32],
    done: impl Fn(usize),
) {
    let context = context(model, input);
    let fed = compiled.plan.feed.as_ref().filter(|_| feed);
    let skipped = compiled.plan.feed.iter().filter(|_| !feed).count();
    let rest = compiled.plan.records.iter().chain(&compiled.update);
    let records = fed.into_iter().chain(rest).zip(&compiled.sharing.records[skipped..]);
    let changes = fed.iter().count() + compiled.plan.unchanging;
    if team.threads == 1 {
        for (place, (record, &(chunks, _))) in records.enumerate() {
            if let Some(broken) = input.broken.filter(|_| place == changes) {
                look_at_loss(model, compiled, broken);
                if broken.load(Relaxed) {
                    return;
                }
            }
            record.kernel.run_alone(&context, chunks, scratch);
            done(place);
        }
        return;
    }
    // Whether the leader has done something that the others have not waited for.
    let mut ahead = false;
    for (place, (record, &(chunks, shared))) in records.enumerate() {
        if let Some(broken) = input.broken.filter(|_| place == changes) {
            if team.is_leader() {
                look_at_loss(model, compiled, broken);
            }
            team.barrier();
            ahead = false;
            if broken.load(Relaxed) {
                return;
            }
        }
        if !shared {
            if team.is_leader() {
                record.kernel.run_alone(&context, chunks, scratch);
            }
            ahead = true;
            done(place);
            continue;
        }
        if ahead {
            team.barrier();
            ahead = false;
        }
        let mut claimed = team.claim(chunks);
        if claimed.is_some() {
            record.kernel.prepare(&context, scratch);
        }
        while let Some(chunk) = claimed {
            record.kernel.run(&context, chunk, scratch);
            claimed = team.claim(chunks);
        }
        team.barrier();
        done(place);
    }
    if ahead {
        team.barrier();
    }
}
