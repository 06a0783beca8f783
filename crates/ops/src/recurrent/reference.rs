//! The same in f64, one number at a time.

use super::names;
use crate::op::Attr;
use crate::sample::{Reference, Sample};

fn activate(code: i32, x: f64) -> f64 {
    match code {
        0 => x.tanh(),
        1 => 1.0 / (1.0 + (-x).exp()),
        2 => x.max(0.0),
        3 => x,
        _ => (x / 6.0 + 0.5).clamp(0.0, 1.0),
    }
}

pub fn sequence(r: &Reference) -> Vec<f64> {
    let (batch, steps, width, units) = (r.shapes[0][0], r.shapes[0][1], r.shapes[0][2], r.shapes[1][0]);
    let (cell, backwards, zero_output) = (r.attrs.i32(0), r.attrs.bool(3), r.attrs.bool(4));
    let (sequences, with_states) = (r.attrs.bool(5), r.attrs.bool(6));
    let names = names(r.attrs);
    let given = |name: &str| names.iter().position(|n| *n == name).map(|i| &r.inputs[2 + i]);
    let mut result = Vec::new();
    for b in 0..batch {
        let first = |name: &str| given(name).map_or(vec![0.0; units], |v| v[b * units..(b + 1) * units].to_vec());
        let (mut h, mut c) = (first("h"), first("c"));
        let mut output = vec![0.0; units];
        for done in 0..steps {
            let t = if backwards { steps - 1 - done } else { done };
            if given("mask").is_some_and(|m| m[b * steps + t] == 0.0) {
                if zero_output {
                    output.fill(0.0);
                }
            } else {
                let before: Vec<f64> =
                    (0..units).map(|u| h[u] * given("noise").map_or(1.0, |n| n[b * units + u])).collect();
                let x = |g: usize, u: usize| r.inputs[0][(b * steps + t) * width + g * units + u];
                let product = |g: usize, u: usize| {
                    let sum: f64 = (0..units).map(|k| before[k] * r.inputs[1][k * width + g * units + u]).sum();
                    sum + given("bias").map_or(0.0, |v| v[g * units + u])
                };
                let state = |z: f64| activate(r.attrs.i32(1), z);
                let gate = |z: f64| activate(r.attrs.i32(2), z);
                for u in 0..units {
                    let z = |g: usize| x(g, u) + product(g, u);
                    h[u] = match cell {
                        0 => state(z(0)),
                        1 => {
                            c[u] = gate(z(1)) * c[u] + gate(z(0)) * state(z(2));
                            gate(z(3)) * state(c[u])
                        }
                        _ => {
                            let n = state(x(2, u) + gate(z(1)) * product(2, u));
                            gate(z(0)) * before[u] + (1.0 - gate(z(0))) * n
                        }
                    };
                }
                output.clone_from(&h);
            }
            if sequences || done + 1 == steps {
                result.extend(&output);
            }
        }
        if with_states {
            result.extend(&h);
            if cell == 1 {
                result.extend(&c);
            }
        }
    }
    result
}

/// A call: cell and activations, then which of backwards, zeroOutput, sequences, states, bias, noise, initial, mask.
fn sample(codes: [i32; 3], flags: &str, [batch, steps, units]: [usize; 3]) -> Sample {
    let gates = [1, 4, 3][codes[0].clamp(0, 2) as usize];
    let names = ["backwards", "zeroOutput", "sequences", "states", "bias", "noise", "initial", "mask"];
    let has = |name: &str| flags.split(' ').any(|flag| flag == name);
    let mut attrs: Vec<Attr> = codes.map(Attr::I32).to_vec();
    attrs.extend(names.map(|name| Attr::Bool(has(name))));
    let mut shapes = vec![vec![batch, steps, gates * units], vec![units, gates * units]];
    let states = if codes[0] == 1 { 2 } else { 1 };
    for (flag, count, shape) in
        [("bias", 1, vec![gates * units]), ("noise", 1, vec![batch, units]), ("initial", states, vec![batch, units])]
    {
        shapes.extend(std::iter::repeat_n(shape, if has(flag) { count } else { 0 }));
    }
    if has("mask") {
        shapes.push(vec![batch, steps]);
    }
    let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
    Sample::of(&shapes).attrs(attrs).domain(-1.0, 1.0)
}

pub fn samples() -> Vec<Sample> {
    vec![
        sample([0, 0, 1], "", [3, 4, 5]),
        sample([0, 3, 1], "sequences states initial backwards", [2, 3, 4]),
        sample([1, 0, 1], "", [3, 4, 5]),
        sample([1, 0, 1], "sequences", [17, 3, 4]),
        sample([1, 0, 1], "sequences states initial", [2, 3, 9]),
        sample([1, 0, 1], "states backwards initial", [5, 4, 3]),
        sample([1, 3, 3], "sequences", [2, 3, 4]),
        sample([1, 0, 1], "sequences", [2, 1, 1]),
        sample([2, 0, 1], "", [3, 4, 5]),
        sample([2, 0, 1], "bias sequences states initial", [7, 3, 6]),
        sample([2, 0, 1], "bias backwards", [2, 5, 4]),
        sample([1, 0, 1], "sequences", [0, 3, 4]),
        sample([1, 0, 1], "", [2, 0, 4]).invalid(),
        sample([3, 0, 1], "", [2, 3, 4]).invalid(),
        sample([1, 9, 1], "", [2, 3, 4]).invalid(),
        sample([1, 0, 1], "bias", [2, 3, 4]).invalid(),
        Sample::of(&[&[2, 3, 8]]).attrs(sample([1, 0, 1], "", [2, 3, 2]).attrs).invalid(),
        Sample::of(&[&[2, 3, 8], &[3, 8]]).attrs(sample([1, 0, 1], "", [2, 3, 2]).attrs).invalid(),
    ]
}
