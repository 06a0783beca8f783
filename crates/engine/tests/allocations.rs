//! Nothing allocates in a step: a slice of many steps allocates as often as a slice of one.

#[path = "../../graph/tests/common/mod.rs"]
mod common;

use allocation_counter::measure;
use common::Writer;
use engine::Engine;
use graph::{compile, ParameterTable, Plan, Record, Scalar};
use kernels::DType;
/// Of an epoch, longer than all slices together: what is kept of an epoch is allocated at its end.
const STEPS: usize = 64;

/// A model with this program's parameters, all of them a half, under one of the constraints or none.
fn model(engine: &mut Engine, program: &Writer, constraint: usize) -> usize {
    let shapes = program.parameter_shapes();
    let mut words = vec![shapes.len() as u32];
    for shape in &shapes {
        words.extend([DType::F32 as u32, shape.len() as u32]);
        words.extend(shape.iter().map(|&d| d as u32));
        words.extend([1, 0, 1, 0.5f32.to_bits(), 0, 0, 0]); // trainable, initializer "constant", its argument, key, seeded
        words.push(constraint as u32);
        if constraint > 0 {
            let arguments = optim::constraints::ALL[constraint - 1].arguments;
            words.push(arguments as u32);
            words.extend(std::iter::repeat_n(0.5f32.to_bits(), arguments));
            words.push(0); // of all numbers together
        }
    }
    let model = engine.create(&words).expect("a model");
    engine.model_mut(model).expect("the model").initialize(0);
    model
}

/// Starts training (or, without a loss, predicting) on rows of zeros; answers nothing where a run can't feed the program.
fn start(engine: &mut Engine, program: &Writer, number: usize) -> Option<usize> {
    let inputs = program.inputs();
    let rows = *inputs[0].1.first()?;
    if rows == 0 || inputs.iter().any(|(_, shape)| shape.first() != Some(&rows)) {
        return None;
    }
    let train = program.loss.is_some();
    let model = model(engine, program, number % (optim::constraints::ALL.len() + 1));
    let optimizer = number % optim::optimizers::ALL.len();
    let options = optim::optimizers::ALL[optimizer].options.len();
    let mut settings = vec![optimizer as u32, options as u32];
    settings.extend(std::iter::repeat_n(0.5f32.to_bits(), options));
    settings.extend([0, 0, 0]); // decay, clipping and its limit
    settings.extend([1f32.to_bits(), 1 + number as u32 % 3]); // scale of the loss, steps that accumulate
    settings.extend([number as u32 % 2, 0.9f32.to_bits(), 5]); // averages of the weights, which take their place
    settings.extend([0, 0, 1, 0.01f32.to_bits()]); // nothing exempt, the constant schedule, its one rate
    engine.set_optimizer(model, &settings).expect("an optimizer");
    let plan = engine.add_program(model, &program.bytes(train)).expect("a plan");
    let all = rows * STEPS;
    // Program, no tail, train, rows from and to, batch, shuffle, epochs from and to, seed, nothing collected.
    let mut words = vec![plan as u32, u32::MAX, train as u32, 0, all as u32, rows as u32, 1, 0, 1, 7, 0, 0];
    words.push(inputs.len() as u32);
    for (dtype, shape) in inputs {
        let elements: usize = shape.iter().product();
        let address = engine.allocate(4 * elements * STEPS).expect("memory") as u64;
        words.extend([address as u32, (address >> 32) as u32, *dtype as u32, (elements / rows) as u32, all as u32]);
    }
    Some(engine.create_run(model, &words).expect("a run"))
}

fn allocations(engine: &mut Engine, run: usize, steps: u64) -> u64 {
    let slice = || assert!(engine.slice(run, steps, false, false).expect("a slice").step_in_epoch > 0);
    measure(slice).count_total
}

#[test]
fn nothing_allocates_in_a_step() {
    let mut checked = 0;
    for (number, program) in common::programs().iter().enumerate() {
        let mut engine = Engine::new(1);
        let Some(run) = start(&mut engine, program, number) else { continue };
        let [_, one, many] = [1, 1, 50].map(|steps| allocations(&mut engine, run, steps));
        assert_eq!(one, many, "program {number}");
        checked += 1;
    }
    assert!(checked > 100, "only {checked} programs were run");
}
