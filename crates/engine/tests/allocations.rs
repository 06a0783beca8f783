//! Nothing allocates in a step: a slice of many steps allocates as often as a slice of one.

#[path = "../../graph/tests/common/mod.rs"]
mod common;

use common::Writer;
use engine::Engine;
use graph::{compile, ParameterTable, Plan, Record};
use kernels::DType;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

/// Of an epoch, longer than all slices together: what is kept of an epoch is allocated at its end.
const STEPS: usize = 64;

/// A model with this program's parameters, all of them a half.
fn model(engine: &mut Engine, program: &Writer) -> usize {
    let shapes = program.parameter_shapes();
    let mut words = vec![shapes.len() as u32];
    for shape in &shapes {
        words.extend([DType::F32 as u32, shape.len() as u32]);
        words.extend(shape.iter().map(|&d| d as u32));
        words.extend([1, 0, 1, 0.5f32.to_bits(), 0, 0, 0]); // trainable, initializer "constant", its argument, key, seeded
    }
    let model = engine.create(&words).expect("a model");
    engine.model_mut(model).expect("the model").initialize(0);
    model
}

/// Starts training (or, without a loss, predicting) on rows of zeros; answers nothing where a run can't feed the program.
fn start(engine: &mut Engine, program: &Writer, optimizer: usize) -> Option<usize> {
    let inputs = program.inputs();
    let rows = *inputs[0].1.first()?;
    if rows == 0 || inputs.iter().any(|(_, shape)| shape.first() != Some(&rows)) {
        return None;
    }
    let train = program.loss.is_some();
    let model = model(engine, program);
    let options = optim::optimizers::ALL[optimizer].options.len();
    let mut settings = vec![optimizer as u32, options as u32];
    settings.extend(std::iter::repeat_n(0.5f32.to_bits(), options));
    settings.extend([0, 0, 0, 0, 1, 0.01f32.to_bits()]); // decay, clipping and its limit, constant schedule of one rate
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

fn allocations(engine: &mut Engine, run: usize, steps: u64) -> usize {
    let before = ALLOCATIONS.load(Relaxed);
    let progress = engine.slice(run, steps, false).expect("a slice");
    assert!(progress.step_in_epoch > 0);
    ALLOCATIONS.load(Relaxed) - before
}

// One test, for the count is one for the whole process.
#[test]
fn nothing_allocates_in_a_step() {
    let mut checked = 0;
    for (i, program) in common::programs().iter().enumerate() {
        let mut engine = Engine::new(1);
        let Some(run) = start(&mut engine, program, i % optim::optimizers::ALL.len()) else { continue };
        let [_, one, many] = [1, 1, 50].map(|steps| allocations(&mut engine, run, steps));
        assert_eq!(one, many, "program {i}");
        checked += 1;
    }
    assert!(checked > 100, "only {checked} programs were run");
}
