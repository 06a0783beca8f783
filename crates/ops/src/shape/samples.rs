//! Calls that fit and calls that don't, with what the rules make of them: TypeScript's twin of the rules is tested against it.

use super::{infer, Rule};
use crate::op::{Attr, Attrs};
use crate::sample::Sample;
use kernels::DType;
use std::collections::{BTreeMap, BTreeSet};

/// A sample, and it with one thing changed at a time.
fn variations(sample: &Sample) -> Vec<Sample> {
    let mut all = vec![sample.clone()];
    for input in 0..sample.inputs.len() {
        let mut change = |f: &dyn Fn(&mut Vec<usize>, &mut DType)| {
            let mut other = sample.clone();
            let (shape, dtype) = &mut other.inputs[input];
            f(shape, dtype);
            all.push(other);
        };
        for axis in 0..sample.inputs[input].0.len() {
            change(&|shape, _| shape[axis] += 1);
            change(&|shape, _| shape[axis] = 0);
            change(&|shape, _| shape[axis] = 1);
        }
        change(&|shape, _| shape.truncate(shape.len().saturating_sub(1)));
        change(&|shape, _| shape.push(2));
        change(&|shape, _| shape.insert(0, 3));
        change(&|_, dtype| *dtype = if *dtype == DType::F32 { DType::I32 } else { DType::F32 });
    }
    for at in 0..sample.attrs.len() {
        for attr in attributes(&sample.attrs[at]) {
            let mut other = sample.clone();
            other.attrs[at] = attr;
            all.push(other);
        }
    }
    all
}

/// Other values for an attribute.
fn attributes(attr: &Attr) -> Vec<Attr> {
    match attr {
        Attr::I32(v) => [v + 1, v - 1, -1, 0, 9, -9].map(Attr::I32).to_vec(),
        Attr::Bool(v) => vec![Attr::Bool(!v)],
        Attr::DType(_) => [DType::F32, DType::I32, DType::U8].map(Attr::DType).to_vec(),
        Attr::F32(_) => Vec::new(),
        Attr::Ints(values) => {
            let mut all = vec![values[..values.len().saturating_sub(1)].to_vec(), [&values[..], &[1]].concat()];
            for i in 0..values.len() {
                for value in [values[i] + 1, values[i] - 1, -1, -2, 9] {
                    let mut other = values.clone();
                    other[i] = value;
                    all.push(other);
                }
            }
            all.into_iter().map(Attr::Ints).collect()
        }
    }
}

fn dtype(d: DType) -> &'static str {
    match d {
        DType::F32 => "\"float32\"",
        DType::I32 => "\"int32\"",
        DType::U8 => "\"uint8\"",
    }
}

fn attr(a: &Attr) -> String {
    match a {
        Attr::F32(bits) => f32::from_bits(*bits).to_string(),
        Attr::I32(v) => v.to_string(),
        Attr::Bool(v) => v.to_string(),
        Attr::Ints(values) => format!("{values:?}"),
        Attr::DType(d) => dtype(*d).into(),
    }
}

/// One line of JSON per call: rule, inputs, attributes, and the result or null.
fn row(rule: Rule, sample: &Sample) -> String {
    let (shapes, dtypes): (Vec<_>, Vec<_>) = sample.inputs.iter().cloned().unzip();
    let result = infer(rule, &shapes, &dtypes, Attrs(&sample.attrs));
    let typed = |shape: &[usize], d: DType| format!("[{shape:?},{}]", dtype(d));
    let inputs: Vec<String> = sample.inputs.iter().map(|(s, d)| typed(s, *d)).collect();
    let attrs: Vec<String> = sample.attrs.iter().map(attr).collect();
    let result = result.map_or("null".into(), |(shape, d)| typed(&shape, d));
    format!("[\"{rule:?}\",[{}],[{}],{result}]", inputs.join(","), attrs.join(",")).replace(", ", ",")
}

/// Lines kept of each rule: enough to meet all of its refusals, few enough for a file that lies in the repository.
const MOST: usize = 64;

fn json() -> String {
    let mut rules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // TypeScript makes no calls of the others.
    for op in crate::ALL.iter().filter(|op| !op.internal) {
        let rows = rules.entry(format!("{:?}", op.rule)).or_default();
        rows.extend((op.samples)().iter().flat_map(variations).map(|sample| row(op.rule, &sample)));
    }
    let thinned = rules.into_values().flat_map(|rows| {
        let every = rows.len().div_ceil(MOST);
        rows.into_iter().step_by(every)
    });
    format!("[\n{}\n]\n", thinned.collect::<Vec<_>>().join(",\n"))
}

#[test]
fn samples_for_typescript_are_current() {
    crate::generate::is_current("test/unit/shapes.generated.json", &json());
}
