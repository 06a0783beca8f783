//! One entry into the pool for a whole slice of work; inside, threads meet at barriers.

use crate::barrier::{wait_until, Barrier};
use crate::stagger::{at_place, next_place};
use crate::sync::{wake, AtomicU32};
use crate::Memory;
use std::cell::UnsafeCell;
use std::sync::atomic::Ordering::*;

/// A thread's view of the region it is in.
pub struct Team<'a> {
    pub index: usize,
    pub threads: usize,
    barrier: &'a Barrier,
}

impl Team<'_> {
    pub fn is_leader(&self) -> bool {
        self.index == 0
    }
    /// Waits for all threads of the team.
    pub fn barrier(&self) {
        if self.threads > 1 {
            self.barrier.wait(self.threads as u32);
        }
    }
    /// One of so many chunks of the work between two barriers, until all are taken. Of a team of several.
    pub fn claim(&self, chunks: usize) -> Option<usize> {
        self.barrier.claim(self.index, chunks)
    }
}

/// Runs `work` once on each of `threads` threads, of which the caller is the first, and returns when all are done.
pub fn region(threads: usize, work: &(dyn Fn(&Team) + Sync)) {
    let barrier = Barrier::new(threads);
    let place = next_place();
    let run = |index: usize| at_place(place, &|| work(&Team { index, threads, barrier: &barrier }));
    if threads <= 1 {
        return run(0);
    }
    let finished = AtomicU32::new(0);
    let join = |index: usize| {
        if index < threads {
            guarded(|| run(index));
        }
        finished.fetch_add(1, AcqRel);
        wake(&finished);
    };
    let helpers = pool_threads(threads);
    assert!(helpers + 1 >= threads, "a region of {threads} threads in a pool of {helpers} beside the caller");
    let join: &(dyn Fn(usize) + Sync) = &join;
    // SAFETY: the pool's threads use the reference only until each has counted itself as finished, and this function
    // returns only after all have. A thread that traps never counts itself; then the caller panics at a barrier or in the
    // wait below, which on WebAssembly ends the whole engine; natively panics are caught and counted.
    let join: &'static (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(join) };
    enter(threads, join);
    guarded(|| run(0));
    // Natively a failed thread still counts itself.
    wait_until(&finished, cfg!(not(target_arch = "wasm32")), |n| n as usize == helpers);
    #[cfg(not(target_arch = "wasm32"))]
    if crate::poisoned() {
        crate::barrier::cure();
        panic!("a thread of the region failed");
    }
}

#[cfg(target_arch = "wasm32")]
mod pool {
    /// Threads beside the caller: those of the global pool, which the page's workers joined.
    pub fn pool_threads(_: usize) -> usize {
        rayon::current_num_threads()
    }
    pub fn enter(_: usize, join: &'static (dyn Fn(usize) + Sync)) {
        rayon::spawn_broadcast(move |context| join(context.index() + 1));
    }
    /// A thread that traps ends; its worker poisons the barriers.
    pub fn guarded(work: impl FnOnce()) {
        work();
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod pool {
    use std::collections::HashMap;
    use std::sync::{Mutex, OnceLock};

    static POOLS: OnceLock<Mutex<HashMap<usize, &'static rayon::ThreadPool>>> = OnceLock::new();

    /// A pool per size, so that tests run with any number of threads.
    fn pool(helpers: usize) -> &'static rayon::ThreadPool {
        let mut pools = POOLS.get_or_init(Default::default).lock().expect("pools");
        pools.entry(helpers).or_insert_with(|| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(helpers).build().expect("a thread pool");
            Box::leak(Box::new(pool))
        })
    }
    pub fn pool_threads(threads: usize) -> usize {
        threads - 1
    }
    pub fn enter(threads: usize, join: &'static (dyn Fn(usize) + Sync)) {
        pool(threads - 1).spawn_broadcast(move |context| join(context.index() + 1));
    }
    pub fn guarded(work: impl FnOnce()) {
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err() {
            crate::poison();
        }
    }
}
use pool::{enter, guarded, pool_threads};

/// What only a team's leader touches.
pub struct Leader<T>(UnsafeCell<T>);

// SAFETY: only `with` gives access, and only to the one thread of index 0.
unsafe impl<T: Send> Sync for Leader<T> {}

impl<T> Leader<T> {
    pub fn new(value: T) -> Leader<T> {
        Leader(UnsafeCell::new(value))
    }
    /// Calls `f` on the leader, and does nothing on other threads. Calls must not nest, nor two teams share one.
    pub fn with(&self, team: &Team, f: impl FnOnce(&mut T)) {
        if team.is_leader() {
            // SAFETY: one thread of the team has index 0, and it is here.
            f(unsafe { &mut *self.0.get() });
        }
    }
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

/// Scratch memory of each thread.
#[derive(Default)]
pub struct Scratch(Vec<Memory>);

impl Scratch {
    /// At least `words` for each of `threads` threads.
    pub fn reserve(&mut self, threads: usize, words: usize) -> Result<(), crate::OutOfMemory> {
        let words = words.max(self.0.first().map_or(0, Memory::words));
        if self.0.len() < threads || self.0.iter().any(|m| m.words() < words) {
            self.0 = (0..threads).map(|_| Memory::new(words)).collect::<Result<_, _>>()?;
        }
        Ok(())
    }
    pub fn words(&self) -> usize {
        self.0.iter().map(Memory::words).sum()
    }
    /// The calling thread's part.
    pub fn with(&self, team: &Team, f: impl FnOnce(&mut [f32])) {
        let own = &self.0[team.index];
        // SAFETY: each index of a team belongs to one thread, which is here.
        f(unsafe { own.write(0..own.words()) });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    // One test, because the poison is one for the whole process.
    #[test]
    fn regions() {
        every_chunk_runs_once_between_barriers();
        a_failing_thread_fails_the_region();
    }

    fn every_chunk_runs_once_between_barriers() {
        for threads in [2, 3, 4, 7] {
            let counts: Vec<AtomicU32> = (0..50 * 20).map(|_| AtomicU32::new(0)).collect();
            region(threads, &|team| {
                for phase in 0..50 {
                    while let Some(chunk) = team.claim(20) {
                        counts[phase * 20 + chunk].fetch_add(1, Relaxed);
                    }
                    team.barrier();
                }
            });
            assert!(counts.iter().all(|c| c.load(Relaxed) == 1));
        }
    }

    fn a_failing_thread_fails_the_region() {
        for failing in 0..3 {
            let result = std::panic::catch_unwind(|| {
                region(3, &|team| {
                    if team.index == failing {
                        panic!("on purpose");
                    }
                    team.barrier();
                })
            });
            assert!(result.is_err());
            region(3, &|team| team.barrier());
        }
    }
}
