//! Writes programs and runs plans, one record after the other.
#![allow(dead_code)]

// From whoever includes this: the crate's own tests, or those beside it.
use super::{compile, ParameterTable, Plan, Record, Scalar};
use kernels::{DType, Data, StepContext};
use ops::{Attr, Op};
use parallel::{Memory, Span};

/// A program under construction; values are numbered inputs, parameters, calls.
#[derive(Default)]
pub struct Writer {
    inputs: Vec<(DType, Vec<usize>)>,
    parameters: Vec<(DType, Vec<usize>)>,
    calls: Vec<Vec<u32>>,
    shapes: Vec<(Vec<usize>, DType)>,
    pub outputs: Vec<u32>,
    pub loss: Option<u32>,
    pub metrics: Vec<(u32, u32)>,
    pub recompute: bool,
}

impl Writer {
    pub fn input(&mut self, dtype: DType, shape: &[usize]) -> u32 {
        assert!(self.parameters.is_empty() && self.calls.is_empty());
        self.inputs.push((dtype, shape.to_vec()));
        self.value(shape.to_vec(), if dtype == DType::U8 { DType::F32 } else { dtype })
    }
    pub fn parameter(&mut self, shape: &[usize]) -> u32 {
        assert!(self.calls.is_empty());
        self.parameters.push((DType::F32, shape.to_vec()));
        self.value(shape.to_vec(), DType::F32)
    }
    fn value(&mut self, shape: Vec<usize>, dtype: DType) -> u32 {
        self.shapes.push((shape, dtype));
        self.shapes.len() as u32 - 1
    }
    pub fn shape(&self, value: u32) -> &[usize] {
        &self.shapes[value as usize].0
    }
    pub fn inputs(&self) -> &[(DType, Vec<usize>)] {
        &self.inputs
    }
    pub fn input_shapes(&self) -> Vec<Vec<usize>> {
        self.inputs.iter().map(|i| i.1.clone()).collect()
    }
    pub fn parameter_shapes(&self) -> Vec<Vec<usize>> {
        self.parameters.iter().map(|p| p.1.clone()).collect()
    }
    pub fn infer(&self, op: &Op, inputs: &[u32], attrs: &[Attr]) -> Result<(Vec<usize>, DType), String> {
        let shapes: Vec<_> = inputs.iter().map(|&i| self.shapes[i as usize].0.clone()).collect();
        let dtypes: Vec<_> = inputs.iter().map(|&i| self.shapes[i as usize].1).collect();
        ops::shape::infer(op.rule, &shapes, &dtypes, ops::Attrs(attrs))
    }
    pub fn try_call(&mut self, op: &'static Op, inputs: &[u32], attrs: &[Attr]) -> Result<u32, String> {
        let (shape, dtype) = self.infer(op, inputs, attrs)?;
        let code = ops::ALL.iter().position(|o| *o == op).expect("registered") as u32;
        let mut words = vec![code, inputs.len() as u32];
        words.extend(inputs);
        let mut list = Vec::new();
        for attr in attrs {
            match attr {
                Attr::F32(bits) => list.push(*bits),
                Attr::I32(v) => list.push(*v as u32),
                Attr::Bool(v) => list.push(*v as u32),
                Attr::DType(v) => list.push(*v as u32),
                Attr::Ints(v) => {
                    list.push(v.len() as u32);
                    list.extend(v.iter().map(|&x| x as u32));
                }
            }
        }
        words.push(list.len() as u32);
        words.extend(list);
        words.push(dtype as u32);
        push_shape(&mut words, &shape);
        self.calls.push(words);
        Ok(self.value(shape, dtype))
    }
    pub fn call(&mut self, op: &'static Op, inputs: &[u32], attrs: &[Attr]) -> u32 {
        self.try_call(op, inputs, attrs).expect("a valid call")
    }
    pub fn bytes(&self, train: bool) -> Vec<u8> {
        let mut w = vec![0x314e_4c4d, 1, train as u32 | (self.recompute as u32) << 2, self.inputs.len() as u32];
        for (dtype, shape) in &self.inputs {
            w.push(*dtype as u32);
            push_shape(&mut w, shape);
        }
        w.push(self.parameters.len() as u32);
        for (i, (dtype, shape)) in self.parameters.iter().enumerate() {
            w.extend([i as u32, *dtype as u32]);
            push_shape(&mut w, shape);
        }
        w.push(self.calls.len() as u32);
        self.calls.iter().for_each(|c| w.extend(c));
        w.push(self.outputs.len() as u32);
        w.extend(&self.outputs);
        w.push(self.loss.unwrap_or(u32::MAX));
        w.push(self.metrics.len() as u32);
        self.metrics.iter().for_each(|m| w.extend([m.0, m.1]));
        w.push(0);
        w.push(self.calls.len() as u32);
        w.extend(std::iter::repeat_n(0, self.calls.len()));
        w.extend([1, 4, u32::from_le_bytes(*b"test")]);
        w.iter().flat_map(|word| word.to_le_bytes()).collect()
    }
    pub fn table(&self) -> ParameterTable {
        ParameterTable::new(self.parameters.iter().map(|(d, s)| (s.clone(), *d, true)))
    }
    pub fn compile(&self, train: bool) -> Plan {
        compile(&self.bytes(train), &self.table()).expect("a program that compiles")
    }
}

/// A program for each sample of each operation, with a loss where it can have one.
pub fn programs() -> Vec<Writer> {
    let public = ops::ALL.iter().filter(|op| !op.internal);
    public.flat_map(|&op| (op.samples)().into_iter().filter_map(move |sample| program(op, &sample))).collect()
}

fn program(op: &'static Op, sample: &ops::sample::Sample) -> Option<Writer> {
    let mut w = Writer::default();
    // Inputs come before parameters.
    let mut ids = vec![0; sample.inputs.len()];
    if sample.inputs.iter().all(|x| x.1 == DType::F32) {
        w.input(DType::F32, &[2, 3]); // a run needs something to feed
    }
    for floats in [false, true] {
        for (i, (shape, dtype)) in sample.inputs.iter().enumerate().filter(|(_, x)| (x.1 == DType::F32) == floats) {
            ids[i] = if floats { w.parameter(shape) } else { w.input(*dtype, shape) };
        }
    }
    let y = w.try_call(op, &ids, &sample.attrs).ok()?;
    let axes = vec![Attr::Ints((0..w.shape(y).len() as i32).collect()), Attr::Bool(false)];
    w.loss = w.try_call(&ops::reduce::sum::OP, &[y], &axes).ok();
    Some(w)
}

fn push_shape(words: &mut Vec<u32>, shape: &[usize]) {
    words.push(shape.len() as u32);
    words.extend(shape.iter().map(|&d| d as u32));
}

/// Memory of a plan, with what its parameters and inputs hold.
pub struct Machine {
    spaces: [Memory; 4],
}

impl Machine {
    pub fn new(plan: &Plan, table: &ParameterTable, parameters: &[Vec<f32>]) -> Machine {
        let memory = |words| Memory::new(words).expect("memory");
        let spaces = [memory(plan.arena_words), memory(table.words), memory(table.trainable), memory(0)];
        let mut machine = Machine { spaces };
        machine.spaces[0].as_mut_slice().fill(f32::NAN);
        for (i, values) in parameters.iter().enumerate() {
            let at = table.entries[i].offset;
            machine.spaces[1].as_mut_slice()[at..at + values.len()].copy_from_slice(values);
        }
        machine
    }
    /// Puts whole inputs where a plan reads them, instead of feeding rows.
    pub fn write_inputs(&mut self, plan: &Plan, inputs: &[Vec<f32>]) {
        for (values, (span, _, _)) in inputs.iter().zip(&plan.inputs) {
            self.spaces[0].as_mut_slice()[span.offset..span.offset + span.len].copy_from_slice(values);
        }
    }
    pub fn run_records(&mut self, plan: &Plan) {
        self.execute(&plan.records, &[], &[]);
    }
    pub fn run(&mut self, plan: &Plan, inputs: &[Vec<f32>]) {
        let rows: Vec<u32> = (0..plan.batch as u32).collect();
        let data: Vec<Data> = inputs
            .iter()
            .zip(&plan.inputs)
            .map(|(v, &(_, _, row))| Data {
                address: v.as_ptr() as usize,
                dtype: DType::F32,
                row,
                rows: v.len() / row.max(1),
            })
            .collect();
        self.execute(plan.feed.iter().chain(&plan.records), &rows, &data);
    }
    fn execute<'a>(&self, records: impl IntoIterator<Item = &'a Record>, rows: &[u32], data: &[Data]) {
        let [a, p, g, s] = &self.spaces;
        let context = StepContext { spaces: [a, p, g, s], rows, data, step: 0, seed: 5, learning_rate: 0.0 };
        for record in records {
            let mut scratch = vec![f32::NAN; record.kernel.scratch()];
            record.kernel.run_alone(&context, record.kernel.chunks(), &mut scratch);
        }
    }
    pub fn get(&self, span: Span) -> &[f32] {
        &self.spaces[span.space as usize].as_slice()[span.offset..span.offset + span.len]
    }
    pub fn number(&self, scalar: Scalar) -> f32 {
        match scalar {
            Scalar::At(span) => self.get(span)[0],
            Scalar::Known(number) => number,
        }
    }
    pub fn gradient(&self, table: &ParameterTable, index: usize) -> &[f32] {
        let entry = &table.entries[index];
        &self.spaces[2].as_slice()[entry.offset..entry.offset + entry.len()]
    }
}

/// Reproducible numbers.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + (self.0 >> 11) as f64 / (1u64 << 53) as f64 * (high - low)
    }
    pub fn below(&mut self, n: usize) -> usize {
        self.uniform(0.0, n as f64) as usize
    }
}
