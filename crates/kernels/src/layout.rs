//! Moving values without arithmetic: strided copies, rows by index, constants.

use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Most axes of a value.
pub const MAX_RANK: usize = 8;

/// Copies an n-dimensional box between two strided places: transposes, slices, pads, repeats (stride 0), concatenates.
pub struct StridedCopy {
    pub input: Span,
    pub out: Span,
    pub shape: Vec<usize>,
    pub input_offset: usize,
    pub input_strides: Vec<isize>,
    pub out_offset: usize,
    pub out_strides: Vec<usize>,
}

const CHUNK: usize = 16 * 1024;

impl StridedCopy {
    fn last(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }
    fn lines(&self) -> usize {
        self.shape.iter().rev().skip(1).product()
    }
    fn lines_per_chunk(&self) -> usize {
        (CHUNK / self.last().max(1)).max(1)
    }
}

impl Kernel for StridedCopy {
    fn name(&self) -> &'static str {
        "copy"
    }
    fn chunks(&self) -> usize {
        if self.last() == 0 {
            0
        } else {
            self.lines().div_ceil(self.lines_per_chunk())
        }
    }
    fn flops(&self) -> u64 {
        (self.lines() * self.last()) as u64
    }
    fn bytes(&self) -> u64 {
        8 * self.flops()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        // SAFETY: an input of this record.
        let input = unsafe { context.read(self.input) };
        let from = chunk * self.lines_per_chunk();
        let to = (from + self.lines_per_chunk()).min(self.lines());
        let (axes, last) = (self.shape.len().saturating_sub(1), self.last());
        let (in_step, out_step) = match axes {
            _ if self.shape.is_empty() => (1, 1),
            a => (self.input_strides[a], self.out_strides[a]),
        };
        for line in from..to {
            let (mut left, mut at, mut to) = (line, self.input_offset as isize, self.out_offset);
            for axis in (0..axes).rev() {
                let index = left % self.shape[axis];
                left /= self.shape[axis];
                at += index as isize * self.input_strides[axis];
                to += index * self.out_strides[axis];
            }
            // SAFETY: lines of different chunks write different elements, because out strides don't overlap.
            let out = unsafe { context.write(self.out, to, to + (last - 1) * out_step + 1) };
            if in_step == 1 && out_step == 1 {
                out.copy_from_slice(&input[at as usize..at as usize + last]);
            } else {
                for (i, value) in out.iter_mut().step_by(out_step).enumerate() {
                    *value = input[(at + i as isize * in_step) as usize];
                }
            }
        }
    }
}

/// out[i] = table[indices[i]], rows of `width`; an index outside of the table gives a row of NaN.
pub struct GatherRows {
    pub table: Span,
    pub indices: Span,
    pub out: Span,
    pub width: usize,
}

impl Kernel for GatherRows {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn chunks(&self) -> usize {
        self.indices.len.div_ceil((CHUNK / self.width.max(1)).max(1))
    }
    fn flops(&self) -> u64 {
        self.out.len as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let per_chunk = (CHUNK / self.width.max(1)).max(1);
        let (from, to) = (chunk * per_chunk, (chunk * per_chunk + per_chunk).min(self.indices.len));
        // SAFETY: inputs of this record.
        let (table, indices) = unsafe { (context.read(self.table), context.read(self.indices)) };
        for (i, index) in (from..to).zip(&indices[from..to]) {
            // SAFETY: these rows belong to this chunk.
            let out = unsafe { context.write(self.out, i * self.width, (i + 1) * self.width) };
            let at = index.to_bits() as usize * self.width;
            match table.get(at..at + self.width) {
                Some(row) => out.copy_from_slice(row),
                None => out.fill(f32::NAN),
            }
        }
    }
}

/// out = 0, then out[indices[i]] += updates[i] in the order of i: a table's gradient, the same on any number of threads.
pub struct ScatterAddRows {
    pub indices: Span,
    pub updates: Span,
    pub out: Span,
    pub width: usize,
}

impl ScatterAddRows {
    fn rows(&self) -> usize {
        self.out.len / self.width.max(1)
    }
    fn rows_per_chunk(&self) -> usize {
        // Every chunk reads all indices: few of them.
        self.rows().div_ceil(16).max(1)
    }
}

impl Kernel for ScatterAddRows {
    fn name(&self) -> &'static str {
        "scatter_add"
    }
    fn chunks(&self) -> usize {
        self.rows().div_ceil(self.rows_per_chunk())
    }
    fn flops(&self) -> u64 {
        (self.updates.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let from = chunk * self.rows_per_chunk();
        let to = (from + self.rows_per_chunk()).min(self.rows());
        let width = self.width;
        // SAFETY: inputs of this record.
        let (indices, updates) = unsafe { (context.read(self.indices), context.read(self.updates)) };
        // SAFETY: these rows of the table belong to this chunk.
        let out = unsafe { context.write(self.out, from * width, to * width) };
        out.fill(0.0);
        for (index, update) in indices.iter().zip(updates.chunks_exact(width.max(1))) {
            let row = index.to_bits() as usize;
            if (from..to).contains(&row) {
                let line = &mut out[(row - from) * width..][..width];
                line.iter_mut().zip(update).for_each(|(sum, &x)| *sum += x);
            }
        }
    }
}

/// One value everywhere (given by its bits: f32 or i32).
pub struct Fill {
    pub out: Span,
    pub bits: u32,
}

impl Kernel for Fill {
    fn name(&self) -> &'static str {
        "fill"
    }
    fn chunks(&self) -> usize {
        self.out.len.div_ceil(4 * CHUNK)
    }
    fn flops(&self) -> u64 {
        self.out.len as u64 / 4
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let from = chunk * 4 * CHUNK;
        // SAFETY: these elements belong to this chunk.
        let out = unsafe { context.write(self.out, from, (from + 4 * CHUNK).min(self.out.len)) };
        out.fill(f32::from_bits(self.bits));
    }
}

/// Copies without looking: a reshape that can't share memory.
pub struct Copy {
    pub input: Span,
    pub out: Span,
}

impl Kernel for Copy {
    fn name(&self) -> &'static str {
        "copy"
    }
    fn chunks(&self) -> usize {
        self.out.len.div_ceil(4 * CHUNK)
    }
    fn flops(&self) -> u64 {
        self.out.len as u64 / 4
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let (from, to) = (chunk * 4 * CHUNK, (chunk * 4 * CHUNK + 4 * CHUNK).min(self.out.len));
        // SAFETY: an input of this record.
        let input = unsafe { context.read(self.input) };
        // SAFETY: these elements belong to this chunk.
        unsafe { context.write(self.out, from, to) }.copy_from_slice(&input[from..to]);
    }
}

/// Row-major strides of a shape.
pub fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (0..shape.len().saturating_sub(1)).rev() {
        strides[axis] = strides[axis + 1] * shape[axis + 1];
    }
    strides
}

/// out[i] = zeros with a 1 at indices[i].
pub struct OneHot {
    pub indices: Span,
    pub out: Span,
    pub depth: usize,
}

impl Kernel for OneHot {
    fn name(&self) -> &'static str {
        "one_hot"
    }
    fn chunks(&self) -> usize {
        self.indices.len.div_ceil((CHUNK / self.depth.max(1)).max(1))
    }
    fn flops(&self) -> u64 {
        self.out.len as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let per_chunk = (CHUNK / self.depth.max(1)).max(1);
        let (from, to) = (chunk * per_chunk, (chunk * per_chunk + per_chunk).min(self.indices.len));
        // SAFETY: an input of this record.
        let indices = unsafe { context.read(self.indices) };
        for (i, index) in (from..to).zip(&indices[from..to]) {
            // SAFETY: these rows belong to this chunk.
            let out = unsafe { context.write(self.out, i * self.depth, (i + 1) * self.depth) };
            out.fill(0.0);
            if let Some(hit) = out.get_mut(index.to_bits() as usize) {
                *hit = 1.0;
            }
        }
    }
}
