//! Every operation of the registry against its f64 reference, and its gradient against finite differences of that
//! reference along random directions.

mod common;

use common::{Machine, Numbers, Writer};
use graph::{compile, ParameterTable, Plan, Record, Scalar};
use kernels::DType;
use ops::sample::{Reference, Sample};
use ops::{Attr, Attrs, Op};

fn draw(sample: &Sample, numbers: &mut Numbers) -> Vec<Vec<f64>> {
    let (low, high) = sample.domain;
    let one = |dtype: DType, numbers: &mut Numbers| match dtype {
        DType::I32 => numbers.uniform(low.max(-4.0), high).trunc(),
        // The engine sees the same number.
        _ => numbers.uniform(low, high) as f32 as f64,
    };
    sample
        .inputs
        .iter()
        .map(|(shape, dtype)| {
            let dtype = if sample.inputs.iter().any(|i| i.1 == DType::I32) && *dtype == DType::F32 {
                DType::F32
            } else {
                *dtype
            };
            (0..shape.iter().product()).map(|_| one(dtype, numbers)).collect()
        })
        .collect()
}

fn reference(op: &Op, sample: &Sample, shape: &[usize], inputs: &[Vec<f64>]) -> Vec<f64> {
    let shapes: Vec<Vec<usize>> = sample.inputs.iter().map(|i| i.0.clone()).collect();
    (op.reference)(&Reference { inputs, shapes: &shapes, attrs: Attrs(&sample.attrs), shape })
}

fn bits(values: &[f64], dtype: DType) -> Vec<f32> {
    values.iter().map(|&v| if dtype == DType::I32 { f32::from_bits(v as i32 as u32) } else { v as f32 }).collect()
}

/// A program whose f32 inputs are parameters, so that each gets a gradient; loss = Σ y·r.
struct Case {
    writer: Writer,
    /// For every input of the sample: is it a parameter?
    parameter: Vec<bool>,
    y: u32,
    dtype: DType,
}

fn case(op: &'static Op, sample: &Sample) -> Result<Case, String> {
    let mut w = Writer::default();
    let ints: Vec<u32> =
        sample.inputs.iter().filter(|i| i.1 == DType::I32).map(|i| w.input(DType::I32, &i.0)).collect();
    let shapes: Vec<Vec<usize>> = sample.inputs.iter().map(|i| i.0.clone()).collect();
    let dtypes: Vec<DType> = sample.inputs.iter().map(|i| i.1).collect();
    let (shape, dtype) = ops::shape::infer(op.rule, &shapes, &dtypes, Attrs(&sample.attrs))?;
    let upstream = (dtype == DType::F32).then(|| w.input(DType::F32, &shape));
    let mut ints = ints.into_iter();
    let ids: Vec<u32> = {
        let floats: Vec<u32> = sample.inputs.iter().filter(|i| i.1 == DType::F32).map(|i| w.parameter(&i.0)).collect();
        let mut floats = floats.into_iter();
        dtypes.iter().map(|d| if *d == DType::I32 { ints.next() } else { floats.next() }.expect("one each")).collect()
    };
    let y = w.try_call(op, &ids, &sample.attrs)?;
    w.outputs.push(y);
    if let Some(upstream) = upstream {
        let product = w.call(&ops::elementwise::mul::OP, &[y, upstream], &[]);
        let axes = Attr::ints(0..shape.len());
        let loss = w.call(&ops::reduce::sum::OP, &[product], &[axes, Attr::Bool(false)]);
        w.loss = Some(loss);
        w.metrics.push((loss, loss));
    }
    Ok(Case { writer: w, parameter: dtypes.iter().map(|d| *d == DType::F32).collect(), y, dtype })
}

fn check(op: &'static Op, sample: &Sample, numbers: &mut Numbers) {
    let what = format!("{} {:?}", op.name, sample);
    let case = match (case(op, sample), sample.invalid) {
        (Err(_), true) => return,
        (Ok(_), true) => panic!("accepted: {what}"),
        (Err(e), false) => panic!("refused: {what}: {e}"),
        (Ok(case), false) => case,
    };
    let shape = case.writer.shape(case.y).to_vec();
    let x = draw(sample, numbers);
    let upstream: Vec<f64> = (0..shape.iter().product()).map(|_| numbers.uniform(-1.0, 1.0) as f32 as f64).collect();
    let expected = reference(op, sample, &shape, &x);
    let train = case.dtype == DType::F32;
    let plan = case.writer.compile(train);
    let table = case.writer.table();
    let of =
        |parameter: bool| x.iter().zip(&case.parameter).zip(&sample.inputs).filter(move |((_, &p), _)| p == parameter);
    let parameters: Vec<Vec<f32>> = of(true).map(|((v, _), i)| bits(v, i.1)).collect();
    let mut inputs: Vec<Vec<f32>> = of(false).map(|((v, _), i)| bits(v, i.1)).collect();
    if train {
        inputs.push(bits(&upstream, DType::F32));
    }
    let mut machine = Machine::new(&plan, &table, &parameters);
    // A batch of rows only makes sense where the inputs agree; here every input is one row of itself.
    run_whole(&mut machine, &plan, &inputs);
    for (i, (got, want)) in machine.get(plan.outputs[0]).iter().zip(&expected).enumerate() {
        let got = if case.dtype == DType::I32 { got.to_bits() as i32 as f64 } else { *got as f64 };
        assert!((got - want).abs() <= 2e-6 * (1.0 + want.abs()) * 4.0, "{what} at {i}: {got} instead of {want}");
    }
    if train && op.vjp.is_some() {
        gradients(op, sample, &case, &x, &shape, &upstream, &machine, &table, numbers, &what);
    }
}

fn run_whole(machine: &mut Machine, plan: &Plan, inputs: &[Vec<f32>]) {
    machine.write_inputs(plan, inputs);
    machine.run_records(plan);
}

#[allow(clippy::too_many_arguments)]
fn gradients(
    op: &Op,
    sample: &Sample,
    case: &Case,
    x: &[Vec<f64>],
    shape: &[usize],
    upstream: &[f64],
    machine: &Machine,
    table: &ParameterTable,
    numbers: &mut Numbers,
    what: &str,
) {
    let loss = |inputs: &[Vec<f64>]| -> f64 {
        reference(op, sample, shape, inputs).iter().zip(upstream).map(|(y, r)| y * r).sum()
    };
    for _ in 0..8 {
        let direction: Vec<Vec<f64>> = x
            .iter()
            .zip(&case.parameter)
            .map(|(v, &p)| v.iter().map(|_| if p { numbers.uniform(-1.0, 1.0) } else { 0.0 }).collect())
            .collect();
        let moved = |t: f64| -> Vec<Vec<f64>> {
            x.iter().zip(&direction).map(|(v, d)| v.iter().zip(d).map(|(a, b)| a + t * b).collect()).collect()
        };
        let h = 1e-5;
        let want = (loss(&moved(h)) - loss(&moved(-h))) / (2.0 * h);
        let mut got = 0.0;
        let mut scale = 1.0;
        let along = direction.iter().zip(&case.parameter).filter(|(_, &p)| p).map(|(d, _)| d).enumerate();
        for (parameter, d) in along {
            for (g, d) in machine.gradient(table, parameter).iter().zip(d) {
                got += *g as f64 * d;
                scale += (*g as f64 * d).abs();
            }
        }
        assert!((got - want).abs() <= 1e-5 * scale, "gradient of {what}: {got} instead of {want}");
    }
}

#[test]
fn references_and_gradients() {
    let mut numbers = Numbers::new(11);
    for op in ops::ALL.iter().filter(|op| !op.internal) {
        let samples = (op.samples)();
        assert!(samples.iter().any(|s| !s.invalid), "{} has samples", op.name);
        for sample in &samples {
            check(op, sample, &mut numbers);
        }
    }
}
