//! Waiting for the others: spin a little, then sleep; give up when somebody failed.

use crate::sync::{sleep, spin, wake, AtomicU32};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};

/// Rounds of spinning before a thread sleeps: some 200 µs, longer than the serial stretches of a step, because waking up
/// takes as long as a small product. Without a bound, a machine with more busy threads than cores spends whole time slices here.
const SPINS: u32 = if cfg!(loom) { 1 } else { 200_000 };

static POISON: AtomicBool = AtomicBool::new(false);
static SLEPT: AtomicU64 = AtomicU64::new(0);

/// Marks the pool as failed: whoever waits, or will wait, panics instead of waiting for ever.
pub fn poison() {
    POISON.store(true, SeqCst);
}

pub fn poisoned() -> bool {
    POISON.load(Relaxed)
}

/// How often a thread has spun in vain and gone to sleep, since the start: often, where others take the cores.
pub fn slept() -> u64 {
    SLEPT.load(Relaxed)
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn cure() {
    POISON.store(false, SeqCst);
}

/// Waits until `done(cell)`; the cell's writers call [`wake`]. Panics when a thread that we may be waiting for has failed,
/// unless every thread is `certain` to come.
pub(crate) fn wait_until(cell: &AtomicU32, certain: bool, done: impl Fn(u32) -> bool) {
    for _ in 0..SPINS {
        if done(cell.load(Acquire)) {
            return;
        }
        spin();
    }
    loop {
        let seen = cell.load(Acquire);
        if done(seen) {
            return;
        }
        if !certain && poisoned() {
            panic!("another thread failed");
        }
        SLEPT.fetch_add(1, Relaxed);
        sleep(cell, seen);
    }
}

/// A counter alone on its cache line.
#[derive(Default)]
#[repr(align(64))]
struct Counter(AtomicU32);

/// All threads of a team meet here; the counters of claimed chunks start again.
#[derive(Default)]
pub(crate) struct Barrier {
    arrived: AtomicU32,
    phase: AtomicU32,
    claimed: Vec<Counter>,
}

impl Barrier {
    pub fn new(threads: usize) -> Barrier {
        Barrier {
            claimed: (0..if threads > 1 { threads } else { 0 }).map(|_| Counter::default()).collect(),
            ..Barrier::default()
        }
    }

    pub fn wait(&self, threads: u32) {
        let phase = self.phase.load(Acquire);
        if self.arrived.fetch_add(1, AcqRel) + 1 == threads {
            self.arrived.store(0, Relaxed);
            self.claimed.iter().for_each(|c| c.0.store(0, Relaxed));
            self.phase.store(phase.wrapping_add(1), Release);
            wake(&self.phase);
        } else {
            wait_until(&self.phase, false, |now| now != phase);
        }
    }

    /// A chunk that nobody has taken since the last barrier: from the thread's own part of them, whose neighbours it has
    /// worked on before and has in its cache, then from the others' parts.
    pub fn claim(&self, index: usize, chunks: usize) -> Option<usize> {
        let threads = self.claimed.len();
        (0..threads).map(|i| (index + i) % threads).find_map(|owner| {
            let (from, to) = (owner * chunks / threads, (owner + 1) * chunks / threads);
            let next = from + self.claimed[owner].0.fetch_add(1, Relaxed) as usize;
            (next < to).then_some(next)
        })
    }
}

/// Every order in which the threads' steps can follow each other, by `cargo test` with `--cfg loom`.
#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::thread;

    fn every_order(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.check(model);
    }

    /// Each thread writes its word, meets the others, and reads theirs.
    fn words_cross(threads: usize, phases: u32, preemptions: usize) {
        every_order(preemptions, move || {
            let shared =
                Arc::new((Barrier::new(threads), (0..threads).map(|_| UnsafeCell::new(0)).collect::<Vec<_>>()));
            let run = move |index: usize, shared: &(Barrier, Vec<UnsafeCell<u32>>)| {
                for phase in 1..=phases {
                    // SAFETY: the word is this thread's until the barrier; the model fails if another reads it.
                    shared.1[index].with_mut(|word| unsafe { *word = phase });
                    shared.0.wait(threads as u32);
                    for word in &shared.1 {
                        // SAFETY: nobody writes between the two barriers; the model fails if anybody does.
                        assert_eq!(word.with(|word| unsafe { *word }), phase);
                    }
                    shared.0.wait(threads as u32);
                }
            };
            let others: Vec<_> = (1..threads)
                .map(|index| {
                    let shared = shared.clone();
                    thread::spawn(move || run(index, &shared))
                })
                .collect();
            run(0, &shared);
            others.into_iter().for_each(|t| t.join().expect("a thread"));
        });
    }

    #[test]
    fn what_is_written_before_a_barrier_is_read_behind_it() {
        words_cross(2, 2, 3);
        words_cross(3, 1, 2);
    }

    #[test]
    fn every_chunk_is_claimed_once_between_barriers() {
        every_order(2, || {
            let barrier = Arc::new(Barrier::new(2));
            let claims = |index: usize, barrier: &Barrier| {
                (0..2)
                    .map(|_| {
                        let mine =
                            std::iter::from_fn(|| barrier.claim(index, 3)).fold(0, |sum, chunk| sum + (1 << chunk));
                        barrier.wait(2);
                        mine
                    })
                    .collect::<Vec<u32>>()
            };
            let other = {
                let barrier = barrier.clone();
                thread::spawn(move || claims(1, &barrier))
            };
            let mine = claims(0, &barrier);
            let theirs = other.join().expect("a thread");
            for (a, b) in mine.into_iter().zip(theirs) {
                assert_eq!((a & b, a | b), (0, 0b111));
            }
        });
    }

    #[test]
    fn whoever_waits_for_a_count_is_woken() {
        every_order(3, || {
            let finished = Arc::new(AtomicU32::new(0));
            let others: Vec<_> = (0..2)
                .map(|_| {
                    let finished = finished.clone();
                    thread::spawn(move || {
                        finished.fetch_add(1, AcqRel);
                        wake(&finished);
                    })
                })
                .collect();
            wait_until(&finished, true, |n| n == 2);
            others.into_iter().for_each(|t| t.join().expect("a thread"));
        });
    }
}
