//! JavaScript bindings of the engine. Numbers and typed arrays in and out; errors are thrown with a JSON message.

use engine::EngineError;
use wasm_bindgen::prelude::*;

pub use wasm_bindgen_rayon::init_thread_pool;

type Result<T> = std::result::Result<T, JsError>;

fn js(error: EngineError) -> JsError {
    JsError::new(&error.json())
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

#[global_allocator]
static ALLOCATOR: parallel::Allocator = parallel::Allocator;

/// What this build is, as JSON.
#[wasm_bindgen]
pub fn build_info() -> String {
    format!("{{\"simd\":\"{}\",\"version\":\"{}\"}}", simd_level(), env!("CARGO_PKG_VERSION"))
}

fn simd_level() -> &'static str {
    if cfg!(target_feature = "relaxed-simd") {
        "relaxed"
    } else {
        "simd128"
    }
}

/// Whether a trap was for want of memory. Allocates none, and can be asked after it.
#[wasm_bindgen]
pub fn memory_full() -> bool {
    parallel::memory_full()
}

/// For a thread of the pool that has trapped: nobody is to wait for it.
#[wasm_bindgen]
pub fn poison() {
    parallel::poison();
}

#[wasm_bindgen]
pub struct Engine(engine::Engine);

#[wasm_bindgen]
impl Engine {
    /// An engine for so many `threads`, which runs on the caller's alone until [`Engine::pool_joined`]. Its memory can grow to
    /// `memory_limit` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(threads: usize, memory_limit: f64) -> Engine {
        parallel::set_memory_limit(memory_limit as usize);
        let mut engine = engine::Engine::new(threads);
        engine.gather(false);
        Engine(engine)
    }
    /// The pool has its threads: one less than the engine.
    pub fn pool_joined(&mut self) {
        self.0.gather(true);
    }

    /// Chooses the register tile of products for plans compiled from now on; no result depends on it.
    pub fn prefer_tile(&self, rows: usize, columns: usize) {
        engine::prefer_tile(rows, columns);
    }
    /// Address of an i32: not zero stops the running slice after its current step.
    pub fn stop_flag(&self) -> usize {
        self.0.stop.as_ptr() as usize
    }
    /// Address of an i32 that counts steps.
    pub fn progress(&self) -> usize {
        self.0.progress.as_ptr() as usize
    }

    pub fn model_create(&mut self, spec: &[u8]) -> Result<usize> {
        self.0.create(&words(spec)).map_err(js)
    }
    pub fn model_free(&mut self, model: usize) {
        self.0.free(model);
    }
    pub fn model_init(&mut self, model: usize, seed: f64) -> Result<()> {
        self.0.model_mut(model).map_err(js)?.initialize(seed as u64);
        Ok(())
    }
    pub fn model_trainable(&mut self, model: usize, flags: &[u8]) -> Result<()> {
        self.0.model_mut(model).and_then(|m| m.set_trainable(flags)).map_err(js)
    }
    pub fn weights_get(&self, model: usize) -> Result<Vec<f32>> {
        Ok(self.0.model(model).map_err(js)?.weights())
    }
    pub fn weights_set(&mut self, model: usize, values: &[f32]) -> Result<()> {
        self.0.model_mut(model).and_then(|m| m.set_weights(values)).map_err(js)
    }
    pub fn state_clear(&mut self, model: usize, parameter: usize) -> Result<()> {
        self.0.model_mut(model).and_then(|m| m.clear(parameter)).map_err(js)
    }
    /// Copies the weights aside and answers where: readable even after the engine has died, if memory is shared.
    pub fn snapshot(&mut self, model: usize) -> Result<usize> {
        Ok(self.0.model_mut(model).map_err(js)?.take_snapshot())
    }

    pub fn program_add(&mut self, model: usize, bytes: &[u8]) -> Result<usize> {
        self.0.add_program(model, bytes).map_err(js)
    }
    pub fn program_free(&mut self, model: usize, program: usize) -> Result<()> {
        self.0.free_program(model, program).map_err(js)
    }
    /// Microseconds, more or less, that a step of a plan takes one thread.
    pub fn program_cost(&self, model: usize, program: usize) -> Result<f64> {
        let model = self.0.model(model).map_err(js)?;
        Ok(model.program(program).map_err(js)?.sharing.cost)
    }
    /// The compiled plan, as JSON.
    pub fn plan_info(&self, model: usize, program: usize) -> Result<String> {
        let model = self.0.model(model).map_err(js)?;
        let compiled = model.program(program).map_err(js)?;
        Ok(compiled.plan.describe(&compiled.update))
    }

    pub fn optimizer_set(&mut self, model: usize, words: &[u32]) -> Result<()> {
        self.0.set_optimizer(model, words).map_err(js)
    }
    /// The optimizer's memory of each weight, slot by slot.
    pub fn optimizer_state(&self, model: usize) -> Result<Vec<f32>> {
        Ok(self.0.model(model).map_err(js)?.slots.as_slice().to_vec())
    }
    pub fn optimizer_state_set(&mut self, model: usize, values: &[f32], step: f64) -> Result<()> {
        let model = self.0.model_mut(model).map_err(js)?;
        if model.slots.words() != values.len() {
            return Err(JsError::new("{\"code\":\"weights\",\"message\":\"optimizer state of another size\"}"));
        }
        model.slots.as_mut_slice().copy_from_slice(values);
        model.steps = step as u64;
        Ok(())
    }
    pub fn step_get(&self, model: usize) -> Result<f64> {
        Ok(self.0.model(model).map_err(js)?.steps as f64)
    }
    pub fn learning_rate_get(&self, model: usize) -> Result<f64> {
        let model = self.0.model(model).map_err(js)?;
        Ok(model.settings.as_ref().map_or(f64::NAN, |s| s.learning_rate(model.steps) as f64))
    }
    pub fn learning_rate_set(&mut self, model: usize, rate: f64) -> Result<()> {
        self.0.model_mut(model).and_then(|m| m.set_learning_rate(rate as f32)).map_err(js)
    }

    pub fn array_alloc(&mut self, bytes: usize) -> Result<usize> {
        self.0.allocate(bytes).map_err(js)
    }
    pub fn array_free(&mut self, address: usize) {
        self.0.release(address);
    }
    /// Index of the first f32 that is not finite, or −1.
    pub fn array_check(&self, address: usize, length: usize) -> Result<f64> {
        Ok(self.0.first_not_finite(address, length).map_err(js)?.map_or(-1.0, |i| i as f64))
    }

    pub fn run_create(&mut self, model: usize, words: &[u32]) -> Result<usize> {
        self.0.create_run(model, words).map_err(js)
    }
    /// [state, steps of the run, epoch, step in the epoch, sleeps at barriers, epochs completed in this slice, their metrics…]
    pub fn run_slice(&mut self, run: usize, most: f64, until_epoch_end: bool, alone: bool) -> Result<Vec<f64>> {
        let p = self.0.slice(run, most as u64, until_epoch_end, alone).map_err(js)?;
        let numbers = [p.state as u64, p.steps, p.epoch, p.step_in_epoch as u64, p.slept, p.epochs_completed as u64];
        let mut out = numbers.map(|n| n as f64).to_vec();
        out.extend(p.completed);
        Ok(out)
    }
    /// [threads, at most so many, then the milliseconds that each record (feed, plan, update) of the run's plan took in `steps` steps…]
    pub fn run_profile(&self, run: usize, steps: usize, threads: usize) -> Result<Vec<f64>> {
        let (threads, times) = self.0.profile(run, steps, threads, &now).map_err(js)?;
        Ok([threads as f64].into_iter().chain(times).collect())
    }
    /// Averages over the current epoch so far.
    pub fn run_metrics(&self, run: usize) -> Result<Vec<f64>> {
        self.0.run_metrics(run).map_err(js)
    }
    /// An output's rows of all steps so far; the run doesn't have them any more.
    pub fn run_output(&mut self, run: usize, output: usize) -> Result<Vec<f32>> {
        self.0.take_output(run, output).map_err(js)
    }
    pub fn run_free(&mut self, run: usize) {
        self.0.free_run(run);
    }

    /// Address and length of each input, then of each output.
    pub fn predict_io(&self, model: usize, program: usize) -> Result<Vec<u32>> {
        self.0.predict_places(model, program).map_err(js)
    }
    /// Without the other threads if `alone`: then any thread may call it that has the engine's memory to itself.
    pub fn predict_run(&mut self, model: usize, program: usize, alone: bool) -> Result<()> {
        self.0.predict(model, program, alone).map_err(js)
    }

    /// [bytes in use, most bytes that ever were]
    pub fn memory(&self) -> Vec<f64> {
        let (live, peak) = self.0.memory();
        vec![live as f64, peak as f64]
    }
}
