//! Memory that the threads of a plan share, and the views of it that kernels take.

use std::alloc::{alloc, alloc_zeroed, dealloc, Layout};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// One of the buffers that a running plan sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Space {
    /// Activations and temporaries, laid out by liveness; shared by all plans of a model.
    Arena = 0,
    /// Parameters: trainable ones first, then the others.
    Params = 1,
    /// Gradients, in the order of the trainable parameters.
    Grads = 2,
    /// Optimizer slots: one buffer of the size of `Grads` per slot, one after the other.
    Slots = 3,
}

/// Number of spaces.
pub const SPACES: usize = 4;

/// A range of 4-byte words in a space: f32 or i32 values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub space: Space,
    /// First word.
    pub offset: usize,
    /// Number of words.
    pub len: usize,
}

/// The buffer could not be allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    pub bytes: usize,
}

/// Bytes to which all memory together may grow; whoever made the memory knows.
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);

pub fn set_memory_limit(bytes: usize) {
    LIMIT.store(bytes, Relaxed);
}

pub fn memory_limit() -> usize {
    LIMIT.load(Relaxed)
}

/// Zeroed words on a 64-byte boundary (a cache line: neighbours written by different threads never share one).
pub struct Memory {
    base: *mut f32,
    words: usize,
}

// SAFETY: the pointer is owned, and every access through it is either exclusive (`&mut self`) or an unsafe call whose
// caller guarantees that ranges written by one thread are touched by no other (the plan's barriers and chunks see to it).
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    pub fn new(words: usize) -> Result<Memory, OutOfMemory> {
        Self::from(words, alloc_zeroed)
    }

    /// With arbitrary contents: for data that JavaScript copies in, which would otherwise be written twice.
    pub fn uncleared(words: usize) -> Result<Memory, OutOfMemory> {
        Self::from(words, alloc)
    }

    fn from(words: usize, allocate: unsafe fn(Layout) -> *mut u8) -> Result<Memory, OutOfMemory> {
        if words == 0 {
            return Ok(Memory { base: std::ptr::NonNull::<f32>::dangling().as_ptr(), words: 0 });
        }
        let out_of_memory = OutOfMemory { bytes: words.saturating_mul(4) };
        let layout = Self::layout(words).ok_or(out_of_memory)?;
        // SAFETY: the layout has a size above zero.
        let base = unsafe { allocate(layout) } as *mut f32;
        if base.is_null() {
            return Err(out_of_memory);
        }
        Ok(Memory { base, words })
    }

    fn layout(words: usize) -> Option<Layout> {
        Layout::from_size_align(words.checked_mul(4)?, 64).ok()
    }

    pub fn words(&self) -> usize {
        self.words
    }

    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: base is valid for `words` floats for as long as self lives.
        unsafe { std::slice::from_raw_parts(self.base, self.words) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: as above, and exclusive by `&mut self`.
        unsafe { std::slice::from_raw_parts_mut(self.base, self.words) }
    }

    /// Words `range`, for reading while other threads may write elsewhere in this memory.
    ///
    /// # Safety
    /// No thread writes into `range` while the slice lives.
    pub unsafe fn read(&self, range: Range<usize>) -> &[f32] {
        assert!(range.start <= range.end && range.end <= self.words, "span outside of its memory");
        // SAFETY: in bounds by the assertion; unaliased by the caller's guarantee.
        unsafe { std::slice::from_raw_parts(self.base.add(range.start), range.len()) }
    }

    /// Where words `range` lie, for threads that each write stripes of it.
    pub fn pointer(&self, range: Range<usize>) -> *mut f32 {
        assert!(range.start <= range.end && range.end <= self.words, "span outside of its memory");
        self.base.wrapping_add(range.start)
    }

    /// Words `range`, for writing while other threads use other ranges of this memory.
    ///
    /// # Safety
    /// No other slice of `range` lives, in this thread or another.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn write(&self, range: Range<usize>) -> &mut [f32] {
        assert!(range.start <= range.end && range.end <= self.words, "span outside of its memory");
        // SAFETY: in bounds by the assertion; exclusive by the caller's guarantee.
        unsafe { std::slice::from_raw_parts_mut(self.base.add(range.start), range.len()) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.words > 0 {
            let layout = Self::layout(self.words).expect("layout of a live allocation");
            // SAFETY: allocated in `new` with this layout.
            unsafe { dealloc(self.base as *mut u8, layout) }
        }
    }
}
