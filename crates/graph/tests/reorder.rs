//! Calls in another order give the same numbers.

mod common;

use common::{Machine, Numbers, Writer};
use graph::{compile, ParameterTable, Plan, Record, Scalar};
use kernels::DType;
use ops::{elementwise, reduce, window, Attr};

const IMAGE: [usize; 4] = [2, 6, 8, 5];

/// The largest cells of relu(x), weighted and summed; with `kept`, relu's result is an output as well.
fn pooled_relu(kept: bool) -> Writer {
    let mut w = Writer::default();
    let weights = w.input(DType::F32, &[2, 3, 4, 5]);
    let x = w.parameter(&IMAGE);
    let relu = w.call(&elementwise::relu::OP, &[x], &[]);
    let attrs = [Attr::ints([2, 2]), Attr::ints([2, 2]), Attr::ints([0; 4])];
    let pooled = w.call(&window::max_pool2d::OP, &[relu], &attrs);
    let product = w.call(&elementwise::mul::OP, &[pooled, weights], &[]);
    w.loss = Some(w.call(&reduce::sum::OP, &[product], &[Attr::ints(0..4), Attr::Bool(false)]));
    w.outputs.push(pooled);
    w.outputs.extend(kept.then_some(relu));
    w
}

/// Bits of the pooled values and of x's gradient, zeros without their sign, and the arithmetic of the plan.
fn run(w: &Writer, x: &[f32], weights: &[f32]) -> (Vec<u32>, Vec<u32>, u64) {
    let (plan, table) = (w.compile(true), w.table());
    let mut machine = Machine::new(&plan, &table, &[x.to_vec()]);
    machine.write_inputs(&plan, &[weights.to_vec()]);
    machine.run_records(&plan);
    let bits = |values: &[f32]| values.iter().map(|v| (v + 0.0).to_bits()).collect();
    let flops = plan.records.iter().map(|record| record.kernel.flops()).sum();
    (bits(machine.get(plan.outputs[0])), bits(machine.gradient(&table, 0)), flops)
}

#[test]
fn relu_waits_for_the_pooling() {
    let mut numbers = Numbers::new(3);
    let mut draw = |n: usize, low: f64, high: f64| -> Vec<f32> {
        // Few different numbers, so that windows have several largest cells, and some nothing above zero.
        (0..n).map(|_| (numbers.uniform(low, high) * 2.0).round() as f32 / 2.0).collect()
    };
    let weights = draw(2 * 3 * 4 * 5, -2.0, 2.0);
    for (low, high) in [(-2.0, 1.5), (-3.0, 0.4), (-3.0, -1.0)] {
        let mut x = draw(IMAGE.iter().product(), low, high);
        x[7] = f32::NAN;
        let (values, gradient, flops) = run(&pooled_relu(false), &x, &weights);
        let (kept_values, kept_gradient, kept_flops) = run(&pooled_relu(true), &x, &weights);
        assert_eq!((values, gradient), (kept_values, kept_gradient));
        assert!(flops < kept_flops, "less to do: {flops} instead of {kept_flops}");
    }
}

#[test]
fn sums_of_a_spread_gradient_are_those_before() {
    // A bias is added to every cell, then cells are pooled: its gradient is the sum of the weights.
    let weights: Vec<f32> = (0..2 * 3 * 4 * 5).map(|i| (i % 7) as f32 - 2.0).collect();
    for op in [&window::max_pool2d::OP, &window::avg_pool2d::OP] {
        let mut w = Writer::default();
        let upstream = w.input(DType::F32, &[2, 3, 4, 5]);
        let (x, bias) = (w.parameter(&IMAGE), w.parameter(&[5]));
        let sum = w.call(&elementwise::add::OP, &[x, bias], &[]);
        let pooled = w.call(op, &[sum], &[Attr::ints([2, 2]), Attr::ints([2, 2]), Attr::ints([0; 4])]);
        let product = w.call(&elementwise::mul::OP, &[pooled, upstream], &[]);
        w.loss = Some(w.call(&reduce::sum::OP, &[product], &[Attr::ints(0..4), Attr::Bool(false)]));
        let (plan, table) = (w.compile(true), w.table());
        let x: Vec<f32> = (0..IMAGE.iter().product::<usize>()).map(|i| (i * 37 % 101) as f32).collect();
        let mut machine = Machine::new(&plan, &table, &[x, vec![0.5; 5]]);
        machine.write_inputs(&plan, std::slice::from_ref(&weights));
        machine.run_records(&plan);
        let expected: Vec<f32> = (0..5).map(|channel| weights.iter().skip(channel).step_by(5).sum()).collect();
        assert_eq!(machine.gradient(&table, 1), expected);
        let cells = IMAGE.iter().product::<usize>() as u64;
        let sums = plan.records.iter().filter(|record| record.kernel.name() == "reduce");
        assert!(sums.map(|record| record.kernel.flops()).all(|flops| flops < cells), "{}: windows are summed", op.name);
    }
}
