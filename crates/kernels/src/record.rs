//! What a plan is made of: a kernel bound to spans, cut into chunks.

use crate::join::Images;
use parallel::{Memory, Span, SPACES};
use std::ops::Range;

/// Element types of data that a program takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum DType {
    F32 = 0,
    I32 = 1,
    /// Only in data sets; becomes f32 when it is fed.
    U8 = 2,
}

impl DType {
    pub fn from_code(code: u32) -> Option<DType> {
        [DType::F32, DType::I32, DType::U8].get(code as usize).copied()
    }
    pub fn bytes(self) -> usize {
        if self == DType::U8 {
            1
        } else {
            4
        }
    }
}

/// A data set's column: `rows` rows of `row` elements at an address. Whoever makes one guarantees that they stay there,
/// unwritten, while a slice runs.
#[derive(Clone, Copy, Debug)]
pub struct Data {
    pub address: usize,
    pub dtype: DType,
    pub row: usize,
    pub rows: usize,
}

/// What a kernel sees while a plan runs one step.
pub struct StepContext<'a> {
    /// Indexed by `Space as usize`.
    pub spaces: [&'a Memory; SPACES],
    /// Rows of the data set that make up this step's batch; `u32::MAX` is a padding row.
    pub rows: &'a [u32],
    /// Columns of the data set, by program input.
    pub data: &'a [Data],
    /// Number of optimizer steps finished so far: keys random numbers, drives schedules.
    pub step: u64,
    /// Seed of the run.
    pub seed: u64,
    /// Learning rate of this step, already scheduled.
    pub learning_rate: f32,
}

impl<'a> StepContext<'a> {
    /// A span to read.
    ///
    /// # Safety
    /// Nobody writes into the span while the slice lives: true for the inputs of a record, by the plan's barriers.
    pub unsafe fn read(&self, span: Span) -> &'a [f32] {
        // SAFETY: the caller's guarantee.
        unsafe { self.spaces[span.space as usize].read(span.offset..span.offset + span.len) }
    }

    /// Words `from..to` of a span, to write.
    ///
    /// # Safety
    /// No other slice of these words lives: true for the part of its output that belongs to the chunk being run.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn write(&self, span: Span, from: usize, to: usize) -> &'a mut [f32] {
        assert!(from <= to && to <= span.len, "chunk outside of its span");
        // SAFETY: the caller's guarantee.
        unsafe { self.spaces[span.space as usize].write(span.offset + from..span.offset + to) }
    }

    /// Where words `from..to` of a span lie, for chunks that write stripes of them.
    pub fn pointer(&self, span: Span, from: usize, to: usize) -> *mut f32 {
        assert!(from <= to && to <= span.len, "chunk outside of its span");
        self.spaces[span.space as usize].pointer(span.offset + from..span.offset + to)
    }
}

/// One record of a plan. Constructed when a plan is compiled; running it allocates nothing.
pub trait Kernel: Send + Sync {
    /// Name in profiles: the kernel's, in snake case.
    fn name(&self) -> &'static str;

    /// Pieces that may run at the same time, in any order, on any thread. Depends on sizes alone, never on the number
    /// of threads, so that every number of threads gives the same bits.
    fn chunks(&self) -> usize;

    /// Words of scratch that one running chunk needs.
    fn scratch(&self) -> usize {
        0
    }

    /// Makes in scratch what all chunks read: called by each thread that runs some of several chunks, before its first. A thread's own
    /// copy is in its own cache, and nobody waits for it.
    fn prepare(&self, _context: &StepContext, _scratch: &mut [f32]) {}

    /// Floating point operations of the whole record; decides whether sharing it is worth waking threads.
    fn flops(&self) -> u64;

    /// Bytes of memory that the whole record reads and writes.
    fn bytes(&self) -> u64 {
        0
    }

    /// What it reads and writes image by image, where it could be run so.
    fn images(&self) -> Option<Images> {
        None
    }

    /// Runs some images.
    fn run_images(&self, _context: &StepContext, _images: Range<usize>, _scratch: &mut [f32]) {
        unreachable!("{} has no images", self.name());
    }

    /// Runs one chunk. `scratch` has at least `self.scratch()` words, 64-byte aligned, with what [`Kernel::prepare`] or another chunk
    /// left there.
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]);

    /// Runs all of `chunks` on this thread.
    fn run_alone(&self, context: &StepContext, chunks: usize, scratch: &mut [f32]) {
        if chunks > 1 {
            self.prepare(context, scratch);
        }
        (0..chunks).for_each(|chunk| self.run(context, chunk, scratch));
    }
}
