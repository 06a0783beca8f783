//! A step's batch, gathered from data that stay where they are, in their own type.

use crate::copy::copy;
use crate::record::{DType, Data, Kernel, StepContext};
use parallel::Span;

/// Gathers rows of data sets: bytes become f32, padding rows zeros.
pub struct Feed {
    /// In the order of `StepContext::data`.
    pub inputs: Vec<Batch>,
}

/// Where a data set's rows go.
#[derive(Clone, Copy)]
pub struct Batch {
    pub out: Span,
    /// Elements per row.
    pub row: usize,
}

/// Elements per chunk: some tenths of a microsecond.
const CHUNK: usize = 4 * 1024;

impl Batch {
    fn rows(&self) -> usize {
        self.out.len / self.row.max(1)
    }
    fn rows_per_chunk(&self) -> usize {
        (CHUNK / self.row.max(1)).max(1)
    }
    fn chunks(&self) -> usize {
        self.rows().div_ceil(self.rows_per_chunk())
    }

    fn gather(&self, context: &StepContext, data: &Data, chunk: usize) {
        let from = chunk * self.rows_per_chunk();
        let to = (from + self.rows_per_chunk()).min(self.rows());
        // SAFETY: these rows belong to this chunk.
        let out = unsafe { context.write(self.out, from * self.row, to * self.row) };
        for (line, &row) in out.chunks_exact_mut(self.row.max(1)).zip(&context.rows[from..to]) {
            if row == u32::MAX {
                line.fill(0.0);
                continue;
            }
            assert!((row as usize) < data.rows && data.row == self.row, "row outside of the data set");
            let at = row as usize * self.row;
            match data.dtype {
                // SAFETY: `Data` promises rows × row elements at its address, and the row is one of them.
                DType::U8 => unsafe {
                    let bytes = std::slice::from_raw_parts((data.address as *const u8).add(at), self.row);
                    line.iter_mut().zip(bytes).for_each(|(value, &byte)| *value = byte as f32);
                },
                // SAFETY: as above, with 4-byte elements on a 4-byte boundary.
                DType::F32 | DType::I32 => unsafe {
                    copy(std::slice::from_raw_parts((data.address as *const f32).add(at), self.row), line);
                },
            }
        }
    }
}

impl Feed {
    fn words(&self) -> u64 {
        self.inputs.iter().map(|batch| batch.out.len as u64).sum()
    }
}

impl Kernel for Feed {
    fn name(&self) -> &'static str {
        "feed"
    }
    fn chunks(&self) -> usize {
        self.inputs.iter().map(Batch::chunks).sum()
    }
    fn flops(&self) -> u64 {
        self.words() / 4
    }
    fn bytes(&self) -> u64 {
        8 * self.words()
    }
    fn run(&self, context: &StepContext, mut chunk: usize, _scratch: &mut [f32]) {
        for (batch, data) in self.inputs.iter().zip(context.data) {
            if chunk < batch.chunks() {
                return batch.gather(context, data, chunk);
            }
            chunk -= batch.chunks();
        }
    }
}
