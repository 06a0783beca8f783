//! Values that are made inside of what reads them are the same as those that went through memory.

mod common;

use common::{Machine, Numbers, Writer};
use graph::{compile, ParameterTable, Plan, Record, Scalar};
use kernels::DType;
use ops::{elementwise, matmul, recurrent, reduce, reshape, window, Attr};

/// A convolution of images, pooled, weighted and summed, with its gradient; with `kept`, so is the convolution's result.
fn pooled_convolution(image: [usize; 4], kernel: [usize; 4], pooled: [usize; 4], kept: bool) -> Writer {
    let mut w = Writer::default();
    let (x, weights) = (w.input(DType::F32, &image), w.input(DType::F32, &pooled));
    let kernel = w.parameter(&kernel);
    let attrs = [Attr::ints([1, 1]), Attr::ints([0; 4]), Attr::ints([1, 1]), Attr::I32(1)];
    let y = w.call(&window::conv2d::OP, &[x, kernel], &attrs);
    let pool = w.call(&window::max_pool2d::OP, &[y], &[Attr::ints([2, 2]), Attr::ints([2, 2]), Attr::ints([0; 4])]);
    let product = w.call(&elementwise::mul::OP, &[pool, weights], &[]);
    let mut loss = w.call(&reduce::sum::OP, &[product], &[Attr::ints(0..4), Attr::Bool(false)]);
    if kept {
        // Adds zeros to the gradient of each result: it is needed whole.
        let square = w.call(&elementwise::mul::OP, &[y, y], &[]);
        let sum = w.call(&reduce::sum::OP, &[square], &[Attr::ints(0..4), Attr::Bool(false)]);
        let nothing = w.call(&elementwise::less::OP, &[sum, sum], &[]);
        let term = w.call(&elementwise::mul::OP, &[sum, nothing], &[]);
        loss = w.call(&elementwise::add::OP, &[loss, term], &[]);
    }
    w.loss = Some(loss);
    w
}

#[test]
fn a_pooling_spreads_its_gradient_inside_the_kernels() {
    let mut numbers = Numbers::new(5);
    // Images [N, H, W, C] and kernels [KH, KW, C, F]; the last is the whole line of windows in more blocks than one.
    let cases: [([usize; 4], [usize; 4]); 3] =
        [([3, 6, 8, 1], [3, 3, 1, 5]), ([2, 9, 5, 3], [2, 2, 3, 17]), ([40, 30, 22, 2], [3, 3, 2, 6])];
    for (image, kernel) in cases {
        let pooled = [image[0], (image[1] - kernel[0]).div_ceil(2), (image[2] - kernel[1]).div_ceil(2), kernel[3]];
        let mut draw = |shape: [usize; 4]| -> Vec<f32> {
            (0..shape.iter().product()).map(|_| (numbers.uniform(-2.0, 2.0) * 2.0).round() as f32 / 2.0).collect()
        };
        let (x, weights, values) = (draw(image), draw(pooled), draw(kernel));
        let run = |kept: bool| {
            let w = pooled_convolution(image, kernel, pooled, kept);
            let (plan, table) = (w.compile(true), w.table());
            let mut machine = Machine::new(&plan, &table, std::slice::from_ref(&values));
            machine.write_inputs(&plan, &[x.clone(), weights.clone()]);
            machine.run_records(&plan);
            let inside = plan.records.iter().all(|record| record.kernel.name() != "pool_grad");
            (machine.gradient(&table, 0).to_vec(), plan.arena_words, inside)
        };
        let ((gradient, words, inside), (expected, more, kept_inside)) = (run(false), run(true));
        // Numbers are halves and few: sums are exact in any order.
        assert_eq!(gradient, expected);
        assert!(inside && !kept_inside && words < more);
    }
}

const BATCH: usize = 18;
const STEPS: usize = 5;
const SIZE: usize = 3;

/// A cell along a projected sequence, weighted and summed: with its gradients, or a prediction. With `apart`, the sequence can't
/// be seen to be one.
fn projected_walk(cell: usize, mask: bool, apart: bool, units: usize, biases: usize) -> Writer {
    let width = [1, 4, 3][cell] * units;
    let mut w = Writer::default();
    let x = w.input(DType::F32, &[BATCH, STEPS, SIZE]);
    let weights = w.input(DType::F32, &[BATCH, STEPS, units]);
    let open = mask.then(|| w.input(DType::F32, &[BATCH, STEPS]));
    let (kernel, bias, inner) = (w.parameter(&[SIZE, width]), w.parameter(&[biases]), w.parameter(&[units, width]));
    // As layers do, and directly.
    let flat = if mask { x } else { w.call(&reshape::OP, &[x], &[Attr::ints([BATCH * STEPS, SIZE])]) };
    let product = w.call(&matmul::OP, &[flat, kernel], &[Attr::Bool(false), Attr::Bool(false)]);
    let mut sum = w.call(&elementwise::add::OP, &[product, bias], &[]);
    if apart {
        sum = w.call(&elementwise::maximum::OP, &[sum, sum], &[]);
    }
    let projected = w.call(&reshape::OP, &[sum], &[Attr::ints([BATCH, STEPS, width])]);
    // Backwards, with the outputs of all steps.
    let flags = [true, false, true, false, false, false, false, mask].map(Attr::Bool);
    let attrs: Vec<Attr> = [cell as i32, 0, 1].map(Attr::I32).into_iter().chain(flags).collect();
    let values: Vec<u32> = [projected, inner].into_iter().chain(open).collect();
    let y = w.call(&recurrent::sequence::OP, &values, &attrs);
    let product = w.call(&elementwise::mul::OP, &[y, weights], &[]);
    w.loss = Some(w.call(&reduce::sum::OP, &[product], &[Attr::ints(0..3), Attr::Bool(false)]));
    w.outputs.push(y);
    w
}

#[test]
fn a_walk_projects_its_input_inside() {
    let mut numbers = Numbers::new(6);
    // Cell, whether it is masked and trained, its units; the last with one number for all biases.
    let cases = [
        (0, false, true, 3, false),
        (1, false, true, 9, false),
        (1, true, true, 5, false),
        (1, false, false, 3, false),
        (2, false, true, 4, false),
        (1, false, true, 5, true),
    ];
    for (cell, mask, train, units, one) in cases {
        let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| numbers.uniform(-1.0, 1.0) as f32).collect() };
        let width = [1, 4, 3][cell] * units;
        let biases = if one { 1 } else { width };
        let parameters = [SIZE * width, biases, units * width].map(&mut draw);
        let mut inputs = vec![draw(BATCH * STEPS * SIZE), draw(BATCH * STEPS * units)];
        if mask {
            inputs.push(draw(BATCH * STEPS).into_iter().map(|x| (x > -0.4) as u8 as f32).collect());
        }
        let run = |kept: bool| {
            let w = projected_walk(cell, mask, kept, units, biases);
            let (plan, table) = (w.compile(train), w.table());
            let mut machine = Machine::new(&plan, &table, &parameters);
            machine.write_inputs(&plan, &inputs);
            machine.run_records(&plan);
            let mut values = machine.get(plan.outputs[0]).to_vec();
            (0..if train { 3 } else { 0 }).for_each(|p| values.extend_from_slice(machine.gradient(&table, p)));
            (values, plan.records.iter().filter(|record| record.kernel.name() == "gemm").count())
        };
        let ((values, products), (expected, more)) = (run(false), run(true));
        // A GRU's input is projected before, and a bias must have a number for each gate.
        assert_eq!(products < more, cell != 2 && !one, "{cell}: {products} products instead of {more}");
        for (value, expected) in values.iter().zip(&expected) {
            assert!((value - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{cell}: {value} instead of {expected}");
        }
    }
}
