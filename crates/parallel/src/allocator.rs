//! WebAssembly's allocator: the standard library's, which notes when it fails, because what can't go on without memory ends
//! before it could say why.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static FULL: AtomicBool = AtomicBool::new(false);

/// Whether the last allocation failed.
pub fn memory_full() -> bool {
    FULL.load(Relaxed)
}

/// To be made the global one.
pub struct Allocator;

fn noted(memory: *mut u8) -> *mut u8 {
    FULL.store(memory.is_null(), Relaxed);
    memory
}

// SAFETY: each call is passed on as it came.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's.
        noted(unsafe { System.alloc(layout) })
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's.
        noted(unsafe { System.alloc_zeroed(layout) })
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's.
        noted(unsafe { System.realloc(memory, layout, size) })
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(memory, layout) }
    }
}
