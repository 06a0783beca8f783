//! Waiting for the others: spin a little, then sleep; give up when somebody failed.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};

/// Rounds of spinning before a thread sleeps: some 200 µs, longer than the serial stretches of a step, because waking up
/// takes as long as a small product. Without a bound, a machine with more busy threads than cores spends whole time slices here.
const SPINS: u32 = 200_000;

static POISON: AtomicBool = AtomicBool::new(false);

/// Marks the pool as failed: whoever waits, or will wait, panics instead of waiting for ever.
pub fn poison() {
    POISON.store(true, SeqCst);
}

pub fn poisoned() -> bool {
    POISON.load(Relaxed)
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
        std::hint::spin_loop();
    }
    loop {
        let seen = cell.load(Acquire);
        if done(seen) {
            return;
        }
        if !certain && poisoned() {
            panic!("another thread failed");
        }
        sleep(cell, seen);
    }
}

/// Sleeps while the cell holds `seen`, at most a tenth of a second.
#[cfg(target_arch = "wasm32")]
fn sleep(cell: &AtomicU32, seen: u32) {
    // SAFETY: the address is that of a live, aligned 32-bit cell.
    unsafe { core::arch::wasm32::memory_atomic_wait32(cell.as_ptr() as *mut i32, seen as i32, 100_000_000) };
}
#[cfg(not(target_arch = "wasm32"))]
fn sleep(_: &AtomicU32, _: u32) {
    std::thread::sleep(std::time::Duration::from_micros(50));
}

pub(crate) fn wake(cell: &AtomicU32) {
    #[cfg(target_arch = "wasm32")]
    // SAFETY: as in `sleep`. With nobody asleep this costs 46 ns.
    unsafe {
        core::arch::wasm32::memory_atomic_notify(cell.as_ptr() as *mut i32, u32::MAX);
    }
    let _ = cell;
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
