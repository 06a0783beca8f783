//! Chains of elementwise functions, run block by block so that what is between two functions never leaves L1.

use crate::copy::{copy, copy_lines};
use crate::functions::{Block, Function};
use crate::record::{Kernel, StepContext};
use parallel::Span;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Elements per block: all registers of a usual chain stay in L1.
pub const BLOCK: usize = 1024;
/// Work of a chunk of a record, and the elements that it has at least and at most.
const CHUNK_FLOPS: usize = 80_000;
const ELEMENTS: [usize; 2] = [4 * 1024, 16 * 1024];
/// Most registers of a chain.
pub const MAX_REGISTERS: usize = 32;

/// Where a chain's operand comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// Element i reads `span[(i / inner) % count]`: a whole value (inner 1, count len), a row repeated (inner 1),
    /// a column (count rows, inner columns), or one number (count 1).
    Span { span: Span, inner: usize, count: usize },
    /// One number known when the plan is compiled.
    Constant(f32),
}

/// One step of a chain, on registers; operands are registers 0, 1, …
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instruction {
    pub function: Function,
    pub inputs: [u8; 3],
    pub out: u8,
    pub imm: [f32; 2],
}

/// A chain over `len` elements.
#[derive(Clone, Debug)]
pub struct Fused {
    pub operands: Vec<Operand>,
    pub instructions: Vec<Instruction>,
    /// Registers that are written to memory.
    pub outputs: Vec<(u8, Span)>,
    pub registers: usize,
    pub len: usize,
}

impl Fused {
    /// Work of an element.
    fn cost(&self) -> usize {
        self.instructions.iter().map(|i| i.function.cost() as usize).sum()
    }

    /// Elements per chunk of a record.
    fn chunk(&self) -> usize {
        (CHUNK_FLOPS / self.cost().max(1)).clamp(ELEMENTS[0], ELEMENTS[1]) / BLOCK * BLOCK
    }

    /// Runs elements `from..to`.
    pub fn run_range(&self, context: &StepContext, from: usize, to: usize, scratch: &mut [f32]) {
        // Not cleared before: V8 calls a function of its own for that, which a small chain feels.
        let mut pointers = [const { MaybeUninit::<*mut f32>::uninit() }; MAX_REGISTERS];
        let scratch = &mut scratch[..self.registers * BLOCK];
        for (register, block) in scratch.chunks_exact_mut(BLOCK).enumerate() {
            pointers[register].write(block.as_mut_ptr());
            if let Some(Operand::Constant(value)) = self.operands.get(register) {
                block[..BLOCK.min(to - from)].fill(*value);
            }
        }
        for start in (from..to).step_by(BLOCK) {
            let len = BLOCK.min(to - start);
            for (register, operand) in self.operands.iter().enumerate() {
                if let Operand::Span { span, inner, count } = *operand {
                    if start > from && inner == 1 && BLOCK.is_multiple_of(count) {
                        // A short row, of which every block sees the same.
                        continue;
                    }
                    // SAFETY: an input of this record.
                    let values = unsafe { context.read(span) };
                    let block = &mut scratch[register * BLOCK..][..len];
                    pointers[register].write(locate(values, inner, count, start, block));
                }
            }
            for &(register, span) in &self.outputs {
                // SAFETY: these elements of the output belong to this chunk.
                let out = unsafe { context.write(span, start, start + len) };
                pointers[register as usize].write(out.as_mut_ptr());
            }
            // SAFETY: all registers of the chain got a pointer above.
            let pointer = |register: u8| unsafe { pointers[..self.registers][register as usize].assume_init() };
            for i in &self.instructions {
                let block = Block {
                    out: pointer(i.out),
                    inputs: i.inputs.map(|r| pointer(r) as *const f32),
                    len,
                    index: start,
                };
                // SAFETY: every register points to at least `len` values: a block of scratch, or a part of a span that
                // read and write checked. Two registers share memory only where an output takes the place of an
                // operand, and then element by element.
                unsafe { i.function.run(&block, i.imm, context) };
            }
        }
    }
}

impl Fused {
    /// What it reads.
    pub fn reads(&self) -> impl Iterator<Item = Span> + '_ {
        self.operands.iter().filter_map(|operand| match operand {
            Operand::Span { span, .. } => Some(*span),
            Operand::Constant(_) => None,
        })
    }

    /// Whether results depend on where an element lies.
    pub fn is_random(&self) -> bool {
        self.instructions.iter().any(|i| i.function == Function::Dropout)
    }

    /// Runs a few `columns` of `rows`, where the value is a matrix whose rows have `ld` elements: several rows at once, brought
    /// side by side.
    pub fn run_part(
        &self,
        context: &StepContext,
        rows: Range<usize>,
        ld: usize,
        columns: Range<usize>,
        scratch: &mut [f32],
    ) {
        let width = columns.len();
        assert!(!self.is_random() && (1..=BLOCK).contains(&width), "a part of rows");
        let scratch = &mut scratch[..self.registers * BLOCK];
        let start = scratch.as_mut_ptr();
        let register = |r: u8| start.wrapping_add(r as usize * BLOCK);
        let lines = (BLOCK / width).min(rows.len().max(1));
        for (first, row) in rows.clone().step_by(lines).enumerate() {
            let count = lines.min(rows.end - row);
            let (from, to) = (row * ld + columns.start, (row + count - 1) * ld + columns.end);
            for (r, operand) in self.operands.iter().enumerate() {
                let block = register(r as u8);
                match *operand {
                    Operand::Constant(value) if first == 0 => scratch[r * BLOCK..][..lines * width].fill(value),
                    Operand::Constant(_) => {}
                    Operand::Span { span, inner: 1, count: all } if all == self.len => {
                        // SAFETY: lines of an input of this record, or of the chunk's own part of the product.
                        unsafe { copy_lines(context.pointer(span, from, to), ld, count, width, block, width) }
                    }
                    // The same row again and again is brought once.
                    Operand::Span { span, inner: 1, count: all } if all == ld => {
                        if first == 0 {
                            let values = context.pointer(span, columns.start, columns.end);
                            // SAFETY: an input of this record; a block has room for so many lines.
                            unsafe { copy_lines(values, 0, lines, width, block, width) }
                        }
                    }
                    Operand::Span { span, inner, count: all } => {
                        // SAFETY: an input of this record.
                        let values = unsafe { context.read(span) };
                        for (i, line) in scratch[r * BLOCK..].chunks_exact_mut(width).take(count).enumerate() {
                            for (value, i) in line.iter_mut().zip(from + i * ld..) {
                                *value = values[(i / inner) % all];
                            }
                        }
                    }
                }
            }
            for i in &self.instructions {
                let (out, inputs) = (register(i.out), i.inputs.map(|r| register(r) as *const f32));
                // SAFETY: registers are blocks of scratch, apart from each other.
                unsafe { i.function.run(&Block { out, inputs, len: count * width, index: 0 }, i.imm, context) };
            }
            for &(r, span) in &self.outputs {
                // SAFETY: these elements of the output belong to this chunk.
                unsafe { copy_lines(register(r), width, count, width, context.pointer(span, from, to), ld) }
            }
        }
    }
}

/// A pointer to elements `start..start + block.len()` of a broadcast operand: into the operand itself where they lie side
/// by side, else into `block`, which is filled.
fn locate(values: &[f32], inner: usize, count: usize, start: usize, block: &mut [f32]) -> *mut f32 {
    let at = (start / inner) % count;
    if inner == 1 && at + block.len() <= count {
        return values[at..at + block.len()].as_ptr() as *mut f32;
    }
    let (mut at, mut left) = (at, inner - start % inner);
    if inner == 1 {
        let mut rest = &mut *block;
        while !rest.is_empty() {
            let run = rest.len().min(count - at);
            let (head, tail) = rest.split_at_mut(run);
            copy(&values[at..at + run], head);
            rest = tail;
            at = 0;
        }
        return block.as_mut_ptr();
    }
    let mut rest = &mut *block;
    while !rest.is_empty() {
        let run = rest.len().min(left);
        let (head, tail) = rest.split_at_mut(run);
        head.fill(values[at]);
        rest = tail;
        at = (at + 1) % count;
        left = inner;
    }
    block.as_mut_ptr()
}

impl Kernel for Fused {
    fn name(&self) -> &'static str {
        "elementwise"
    }
    fn chunks(&self) -> usize {
        self.len.div_ceil(self.chunk())
    }
    fn scratch(&self) -> usize {
        self.registers * BLOCK
    }
    fn flops(&self) -> u64 {
        (self.len * self.cost()) as u64
    }
    fn bytes(&self) -> u64 {
        let read = self.operands.iter().map(|o| if let Operand::Span { span, .. } = o { span.len } else { 0 });
        4 * (read.sum::<usize>() + self.outputs.len() * self.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let from = chunk * self.chunk();
        self.run_range(context, from, (from + self.chunk()).min(self.len), scratch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{run_all, Machine};

    /// A chain in parts of rows.
    struct Parts {
        chain: Fused,
        columns: usize,
    }

    impl Kernel for Parts {
        fn name(&self) -> &'static str {
            "parts"
        }
        fn chunks(&self) -> usize {
            self.columns.div_ceil(16)
        }
        fn scratch(&self) -> usize {
            self.chain.scratch()
        }
        fn flops(&self) -> u64 {
            0
        }
        fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
            let columns = 16 * chunk..(16 * chunk + 16).min(self.columns);
            self.chain.run_part(context, 0..self.chain.len / self.columns, self.columns, columns, scratch);
        }
    }

    const LONG: usize = 3 * BLOCK + 100;

    #[test]
    fn chains_with_every_broadcast() {
        for (rows, columns) in [(1, 1), (3, 5), (7, 64), (5, 300), (1, LONG), (LONG, 1), (40, BLOCK)] {
            let len = rows * columns;
            let mut m = Machine::new();
            let (x, row, column) = (m.random(len), m.random(columns), m.random(rows));
            let (product, sum) = (m.alloc(len), m.alloc(len));
            let chain = Fused {
                operands: vec![
                    Operand::Span { span: x, inner: 1, count: len },
                    Operand::Span { span: row, inner: 1, count: columns },
                    Operand::Span { span: column, inner: columns, count: rows },
                    Operand::Constant(2.0),
                ],
                instructions: vec![
                    Instruction { function: Function::Mul, inputs: [0, 1, 0], out: 4, imm: [0.0; 2] },
                    Instruction { function: Function::Add, inputs: [4, 2, 0], out: 5, imm: [0.0; 2] },
                    Instruction { function: Function::Mul, inputs: [5, 3, 0], out: 6, imm: [0.0; 2] },
                ],
                outputs: vec![(4, product), (6, sum)],
                registers: 7,
                len,
            };
            let records: Vec<Box<dyn Kernel>> = vec![Box::new(chain.clone()), Box::new(Parts { chain, columns })];
            run_all(&mut m, &records[..1]);
            let sums = m.get(sum).to_vec();
            run_all(&mut m, &records[1..]);
            assert_eq!(m.get(sum), sums);
            for i in 0..len {
                let (a, b, c) = (m.get(x)[i], m.get(row)[i % columns], m.get(column)[i / columns]);
                assert_eq!(m.get(product)[i], a * b);
                assert_eq!(m.get(sum)[i], (a * b + c) * 2.0);
            }
        }
    }

    #[test]
    fn in_place_and_special_values() {
        let mut m = Machine::new();
        let x = m.values(&[f32::NAN, f32::INFINITY, -0.0, -3.0, 2.0]);
        let chain = Fused {
            operands: vec![Operand::Span { span: x, inner: 1, count: 5 }],
            instructions: vec![Instruction { function: Function::Relu, inputs: [0, 0, 0], out: 1, imm: [0.0; 2] }],
            outputs: vec![(1, x)],
            registers: 2,
            len: 5,
        };
        let records: Vec<Box<dyn Kernel>> = vec![Box::new(chain)];
        run_all(&mut m, &records);
        let got = m.get(x);
        assert!(got[0].is_nan());
        assert_eq!(&got[1..], &[f32::INFINITY, 0.0, 0.0, 2.0]);
    }
}
