//! Properties of plans of random programs: nothing is read before it is written or after it was overwritten, nothing that
//! must last is overwritten, and results are those of a plan without fusion and without any sharing of memory.

#[path = "../tests/common/mod.rs"]
mod common;

use crate::compile::{prepare, Layout};
use crate::decode::Program;
use crate::graph::is_alias;
use crate::units::{units, Unit, Units};
use crate::{compile, ParameterTable, Plan, Record, Scalar};
use common::{Machine, Numbers, Writer};
use kernels::DType;
use ops::{Attr, AttrKind, Id, Op};
use parallel::{Space, Span};
use std::collections::HashMap;

/// Axes are few and small, so that shapes often fit each other.
const SIZES: [usize; 5] = [1, 2, 3, 8, 40];
const MOST_WORDS: usize = 1 << 12;

fn random_shape(numbers: &mut Numbers) -> Vec<usize> {
    (0..1 + numbers.below(3)).map(|_| SIZES[numbers.below(SIZES.len())]).collect()
}

/// Attributes that may fit: those of a sample, or numbers about the first input.
fn random_attrs(op: &Op, shape: &[usize], numbers: &mut Numbers) -> Vec<Attr> {
    if op.name == "slice" && !shape.is_empty() && numbers.below(2) == 1 {
        // One stretch: rows from some row on.
        let begin = numbers.below(shape[0]);
        let rows = shape[0] - begin;
        let from = (0..shape.len()).map(|i| if i == 0 { begin } else { 0 });
        let size = (0..shape.len()).map(|i| if i == 0 { rows } else { shape[i] });
        return vec![Attr::ints(from), Attr::ints(size), Attr::ints(shape.iter().map(|_| 1))];
    }
    let samples = (op.samples)();
    let sample = &samples[numbers.below(samples.len())].attrs;
    let ints = |numbers: &mut Numbers| match op.name {
        "transpose" => Attr::Ints((0..shape.len() as i32).rev().collect()),
        "reshape" => Attr::Ints([shape.iter().skip(2).fold(1, |a, &b| a * b as i32), -1].to_vec()),
        "sum" | "mean" | "max" | "min" => Attr::Ints(vec![numbers.below(shape.len().max(1)) as i32]),
        "broadcast_to" => Attr::Ints([2].into_iter().chain(shape.iter().map(|&d| d as i32)).collect()),
        _ => Attr::Ints(shape.iter().map(|_| 1).collect()),
    };
    let own = op.attrs.iter().zip(sample).map(|(spec, sample)| match spec.kind {
        AttrKind::Ints => ints(numbers),
        AttrKind::Bool => Attr::Bool(numbers.below(2) == 1),
        _ => sample.clone(),
    });
    own.collect()
}

/// Calls of any operations on any earlier values; the loss is a sum over some of them.
fn random_program(numbers: &mut Numbers) -> Writer {
    let all: Vec<&'static Op> = ops::ALL.iter().copied().filter(|op| !op.internal).collect();
    let mut w = Writer::default();
    let mut values: Vec<u32> = (0..1 + numbers.below(2)).map(|_| w.input(DType::F32, &random_shape(numbers))).collect();
    values.extend((0..2 + numbers.below(4)).map(|_| w.parameter(&random_shape(numbers))));
    let wanted = 3 + numbers.below(40);
    let mut made = 0;
    for _ in 0..wanted * 60 {
        let op = all[numbers.below(all.len())];
        let count = if op.variadic() { 1 + numbers.below(3) } else { op.inputs.len() };
        // Recent values are taken more often: chains, not only bushes.
        let mut pick = || values[values.len() - 1 - numbers.below(values.len()).min(numbers.below(values.len()))];
        let inputs: Vec<u32> = (0..count).map(|_| pick()).collect();
        let shape = inputs.first().map_or(Vec::new(), |&i| w.shape(i).to_vec());
        let attrs = random_attrs(op, &shape, numbers);
        let Ok((shape, dtype)) = w.infer(op, &inputs, &attrs) else { continue };
        let words: usize = shape.iter().product();
        if dtype != DType::F32 || words == 0 || words > MOST_WORDS || shape.len() > 5 {
            continue;
        }
        values.push(w.call(op, &inputs, &attrs));
        made += 1;
        if made == wanted {
            break;
        }
    }
    finish(&mut w, &values, numbers);
    w
}

fn finish(w: &mut Writer, values: &[u32], numbers: &mut Numbers) {
    let mut total: Option<u32> = None;
    for i in 0..3 {
        let value = values[values.len() - 1 - if i == 0 { 0 } else { numbers.below(values.len()) }];
        let axes = Attr::ints(0..w.shape(value).len());
        // Bounded first, so that the loss is a number.
        let bounded = w.call(&ops::elementwise::tanh::OP, &[value], &[]);
        let sum = w.call(&ops::reduce::mean::OP, &[bounded], &[axes, Attr::Bool(false)]);
        total = Some(total.map_or(sum, |total| w.call(&ops::elementwise::add::OP, &[total, sum], &[])));
    }
    w.loss = total;
    w.metrics = total.map(|t| (t, t)).into_iter().collect();
    w.outputs = (0..numbers.below(3)).map(|_| values[numbers.below(values.len())]).collect();
}

/// Who wrote each word last.
#[derive(Default)]
struct Owners(HashMap<(Space, usize), Id>);

impl Owners {
    fn write(&mut self, span: Span, by: Id) {
        self.0.extend((span.offset..span.offset + span.len).map(|word| ((span.space, word), by)));
    }
    fn check(&self, span: Span, by: Id, what: &str) {
        for word in span.offset..span.offset + span.len {
            assert_eq!(self.0.get(&(span.space, word)), Some(&by), "{what} {by} at word {word} of {:?}", span.space);
        }
    }
}

const SCRATCH: Id = Id::MAX;

/// Walks a plan unit by unit, noting what each word holds.
fn check_memory(program: &Program, table: &ParameterTable) {
    let units = units(&program.graph, &program.roots());
    let layout = Layout::new(program, table, &units);
    let mut owners = Owners::default();
    for (id, node) in program.graph.nodes.iter().enumerate() {
        if node.op().is_none() && !node.is_empty() {
            owners.write(layout.needed(id), id);
        }
    }
    for (at, unit) in units.units.iter().enumerate() {
        check_unit(&layout, &units, unit, at, &mut owners, program);
    }
    let read_at_the_end = program.roots().into_iter().map(|id| units.root[id]);
    for root in read_at_the_end.filter(|&root| !program.graph.nodes[root].is_empty()) {
        owners.check(layout.needed(root), root, "result");
    }
    for (id, node) in program.graph.nodes.iter().enumerate().filter(|(_, n)| is_parameter(n) && !n.is_empty()) {
        owners.check(layout.needed(id), id, &format!("parameter {:?}", node.shape));
    }
}

fn is_parameter(node: &crate::Node) -> bool {
    matches!(node.source, crate::Source::Parameter(_))
}

fn check_unit(layout: &Layout, units: &Units, unit: &Unit, at: usize, owners: &mut Owners, program: &Program) {
    let nodes = &program.graph.nodes;
    let inside = |root: Id| unit.all().any(|member| member == root);
    let roots = unit.all().flat_map(|id| nodes[id].inputs()).map(|&i| units.root[i]).filter(|&root| !inside(root));
    let read: Vec<Id> = roots.filter(|&r| !nodes[r].is_empty() && layout.span(r).is_some()).collect();
    for &root in &read {
        owners.check(layout.needed(root), layout.owner(root), "read");
    }
    if let Some(workspace) = layout.workspace_span(at) {
        owners.write(workspace, SCRATCH);
        for &root in &read {
            owners.check(layout.needed(root), layout.owner(root), "beside the workspace");
        }
    }
    for id in unit.all().filter(|&id| id != unit.last()) {
        let Some(span) = layout.span(id) else { continue };
        owners.write(span, id);
        for &root in &read {
            owners.check(layout.needed(root), layout.owner(root), "still being read");
        }
    }
    let last = layout.needed(unit.last());
    // The last result of a chain may take over an operand that it reads word by word, and nothing else.
    let in_place = |root: Id| unit.elementwise && unit.product.is_none() && layout.needed(root) == last;
    let others: Vec<Id> = read.into_iter().filter(|&root| !in_place(root)).collect();
    owners.write(last, unit.last());
    for root in others {
        owners.check(layout.needed(root), layout.owner(root), "still being read");
    }
    for id in unit.all() {
        if let Some(span) = layout.span(id) {
            owners.check(span, id, "just written");
        }
    }
}

/// Every call a unit of its own, every value in words of its own for all the time.
fn unplanned(bytes: &[u8], table: &ParameterTable) -> Plan {
    let program = prepare(bytes, table).expect("valid");
    let mut units = units(&program.graph, &program.roots());
    units.stretches.fill(None);
    let nodes = &program.graph.nodes;
    let calls =
        (0..nodes.len()).filter(|&id| nodes[id].op().is_some() && !is_alias(&nodes[id]) && !nodes[id].is_empty());
    units.units = calls
        .map(|id| Unit {
            product: None,
            members: vec![id],
            elementwise: crate::units::function(&program.graph, &nodes[id]).is_some(),
        })
        .collect();
    Layout::apart(&program, table, &units).lower(&program)
}

struct Outcome {
    loss: f32,
    outputs: Vec<Vec<f32>>,
    gradients: Vec<Vec<f32>>,
}

fn run(plan: &Plan, table: &ParameterTable, parameters: &[Vec<f32>], inputs: &[Vec<f32>]) -> Outcome {
    let mut machine = Machine::new(plan, table, parameters);
    machine.write_inputs(plan, inputs);
    machine.run_records(plan);
    for (i, values) in parameters.iter().enumerate() {
        assert_eq!(machine.get(table.span(i)), values, "parameter {i} was overwritten");
    }
    Outcome {
        loss: machine.number(plan.metrics[0].0),
        outputs: plan.outputs.iter().map(|&span| machine.get(span).to_vec()).collect(),
        gradients: (0..parameters.len()).map(|i| machine.gradient(table, i).to_vec()).collect(),
    }
}

/// The same bits; any NaN is like any other, and zeros have no sign: adding 0 is left out of plans.
fn assert_same(a: &Outcome, b: &Outcome, what: &str) {
    let same =
        |a: &[f32], b: &[f32]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || a.is_nan() && b.is_nan());
    assert!(same(&[a.loss], &[b.loss]), "loss {what}: {} and {}", a.loss, b.loss);
    for (kind, a, b) in [("output", &a.outputs, &b.outputs), ("gradient", &a.gradients, &b.gradients)] {
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            assert!(same(a, b), "{kind} {i} {what}: {a:?} and {b:?}");
        }
    }
}

fn draw(shapes: &[Vec<usize>], numbers: &mut Numbers) -> Vec<Vec<f32>> {
    let one = |shape: &Vec<usize>, numbers: &mut Numbers| {
        (0..shape.iter().product()).map(|_| numbers.uniform(-1.0, 1.0) as f32).collect()
    };
    shapes.iter().map(|shape| one(shape, numbers)).collect()
}

#[test]
fn plans_of_random_programs() {
    let count = std::env::var("MYELIN_RANDOM_PLANS").ok().and_then(|s| s.parse().ok()).unwrap_or(400);
    let (mut calls, mut smaller, mut finite) = (0, 0, 0);
    for seed in 0..count {
        let mut numbers = Numbers::new(seed + 1);
        let mut w = random_program(&mut numbers);
        let table = w.table();
        let bytes = w.bytes(true);
        let program = prepare(&bytes, &table).expect("valid");
        check_memory(&program, &table);
        calls += program.graph.nodes.len();
        let (parameters, inputs) = (draw(&w.parameter_shapes(), &mut numbers), draw(&w.input_shapes(), &mut numbers));
        let plan = w.compile(true);
        assert!(plan.arena_words >= plan.arena_lower_bound);
        let planned = run(&plan, &table, &parameters, &inputs);
        finite += planned.loss.is_finite() as usize;
        assert_same(&planned, &run(&unplanned(&bytes, &table), &table, &parameters, &inputs), &format!("of {seed}"));
        w.recompute = true;
        check_memory(&prepare(&w.bytes(true), &table).expect("valid"), &table);
        let again = w.compile(true);
        assert!(again.arena_words <= plan.arena_words);
        smaller += (again.arena_words < plan.arena_words) as usize;
        assert_same(&planned, &run(&again, &table, &parameters, &inputs), &format!("recomputing of {seed}"));
    }
    println!("{count} programs, {calls} nodes, {finite} finite losses, {smaller} with smaller arenas by recomputing");
    assert!(finite * 4 > count as usize * 3 && smaller > 0);
}
