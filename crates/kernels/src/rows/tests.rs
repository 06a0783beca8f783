use super::{Kind, Rows};
use crate::record::Kernel;
use crate::testing::{run_all, Machine};

const KINDS: [Kind; 8] = [
    Kind::Softmax,
    Kind::SoftmaxGrad,
    Kind::LogSoftmax,
    Kind::LogSoftmaxGrad,
    Kind::CrossEntropy,
    Kind::CrossEntropyGrad,
    Kind::SparseCrossEntropy,
    Kind::SparseCrossEntropyGrad,
];

/// The kind's formula in f64 for one row.
fn reference(kind: Kind, x: &[f64], y: &[f64], label: usize, grad: f64) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let largest = if largest == f64::NEG_INFINITY { 0.0 } else { largest };
    let all: f64 = x.iter().map(|v| (v - largest).exp()).sum();
    let softmax = |v: f64| (v - largest).exp() / all;
    let hot = |i: usize| if i == label { 1.0 } else { 0.0 };
    let total: f64 = y.iter().sum();
    let pairs = || x.iter().zip(y);
    match kind {
        Kind::Softmax => x.iter().map(|&v| softmax(v)).collect(),
        Kind::SoftmaxGrad => {
            let dot: f64 = pairs().map(|(p, dy)| p * dy).sum();
            pairs().map(|(p, dy)| p * (dy - dot)).collect()
        }
        Kind::LogSoftmax => x.iter().map(|v| v - largest - all.ln()).collect(),
        Kind::LogSoftmaxGrad => pairs().map(|(v, dy)| dy - v.exp() * total).collect(),
        Kind::CrossEntropy => vec![total * all.ln() - pairs().map(|(v, t)| (v - largest) * t).sum::<f64>()],
        Kind::CrossEntropyGrad => pairs().map(|(&v, t)| (total * softmax(v) - t) * grad).collect(),
        Kind::SparseCrossEntropy => vec![x.get(label).map_or(f64::NAN, |v| all.ln() - (v - largest))],
        Kind::SparseCrossEntropyGrad => x.iter().enumerate().map(|(i, &v)| (softmax(v) - hot(i)) * grad).collect(),
    }
}

/// Runs a kind over rows and compares with the reference.
fn check(kind: Kind, x: &[f32], y: &[f32], axis: usize) {
    let side_by_side = |inner: usize| x.len().is_multiple_of(axis * inner);
    [1, 3, 7, 8, 19]
        .into_iter()
        .filter(|&inner| side_by_side(inner))
        .for_each(|inner| check_lines(kind, x, y, axis, inner));
}

/// Where place `at` of a row lies in lines of which `inner` lie side by side.
fn place(row: usize, at: usize, axis: usize, inner: usize) -> usize {
    (row / inner * axis + at) * inner + row % inner
}

fn check_lines(kind: Kind, x: &[f32], y: &[f32], axis: usize, inner: usize) {
    let rows = x.len() / axis;
    let mut m = Machine::new();
    let labels: Vec<usize> = (0..rows).map(|row| (row * 7) % (axis + 1)).collect();
    let grads: Vec<f32> = (0..rows).map(|row| 0.5 + row as f32).collect();
    let label_bits: Vec<f32> = labels.iter().map(|&label| f32::from_bits(label as u32)).collect();
    let (xs, ds) = (m.values(x), m.values(&grads));
    let ys = if kind.sparse() { m.values(&label_bits) } else { m.values(y) };
    let inputs = if kind.alone() { [xs; 3] } else { [xs, ys, if kind.takes_gradient() { ds } else { xs }] };
    let out = m.alloc(if kind.per_row() { rows } else { x.len() });
    let records: Vec<Box<dyn Kernel>> = vec![Box::new(Rows { kind, inputs, out, outer: rows / inner, axis, inner })];
    run_all(&mut m, &records);
    for row in 0..rows {
        let wide = |values: &[f32]| (0..axis).map(|at| values[place(row, at, axis, inner)] as f64).collect::<Vec<_>>();
        let want = reference(kind, &wide(x), &wide(y), labels[row], grads[row] as f64);
        for (at, want) in want.into_iter().enumerate() {
            let got = m.get(out)[if kind.per_row() { row } else { place(row, at, axis, inner) }];
            let near = (got as f64 - want).abs() <= 2e-6 * (1.0 + want.abs()) * (1.0 + grads[row] as f64);
            let same = got == want as f32 || got.is_nan() && want.is_nan();
            assert!(near || same, "{kind:?}, {rows} rows of {axis}, {inner} side by side: {got} instead of {want}");
        }
    }
}

#[test]
fn every_kind_in_every_length() {
    for axis in [1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 40, 100] {
        for rows in [1, 2, 7, 8, 9, 19] {
            let numbers = |scale: f32, step: usize| -> Vec<f32> {
                (0..rows * axis).map(|i| ((i * step) % 101) as f32 * scale - 0.3).collect()
            };
            for kind in KINDS {
                check(kind, &numbers(0.05, 37), &numbers(0.01, 53), axis);
            }
        }
    }
}

#[test]
fn rows_of_extremes() {
    let (inf, low, nan) = (f32::INFINITY, f32::NEG_INFINITY, f32::NAN);
    let rows = [
        [1e38, -1e38, 0.0],
        [low, low, low],
        [low, 1.0, low],
        [nan, 0.0, 1.0],
        [1.0, nan, 1.0],
        [-1e4, 1e4, 9.9e3],
        [inf, 0.0, 1.0],
    ];
    for length in [3, 40] {
        let longer = |filling: f32| -> Vec<f32> {
            rows.iter().flat_map(|row| row.iter().copied().chain((3..length).map(move |_| filling))).collect()
        };
        let (x, y) = (longer(low), vec![0.25; rows.len() * length]);
        for kind in
            [Kind::Softmax, Kind::LogSoftmax, Kind::CrossEntropy, Kind::CrossEntropyGrad, Kind::SparseCrossEntropyGrad]
        {
            check(kind, &x, &y, length);
        }
    }
}
