//! The way from bytes to a plan.

mod chain;

use crate::arena::{self, Buffer};
use crate::decode::{decode, Program};
use crate::differentiate::{append_gradients, differentiate};
use crate::graph::{Graph, Source};
use crate::inside::make_inside;
use crate::recompute;
use crate::reorder::pool_first;
use crate::units::{units, Unit, Units};
use crate::{GraphError, ParameterTable};
use kernels::feed::{Batch, Feed};
use kernels::join::join;
use kernels::layout::{Copy, Fill};
use kernels::{DType, Kernel};
use ops::{Id, Lower, Lowering};
use parallel::{Space, Span};

/// A kernel and the layer that it works for.
pub struct Record {
    pub kernel: Box<dyn Kernel>,
    /// Index into `Plan::names`.
    pub origin: u32,
}

/// A number of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    At(Span),
    /// The same in all steps.
    Known(f32),
}

/// A compiled program: records over spaces whose sizes are known.
pub struct Plan {
    /// Fetches the batch. Left out when a caller writes the inputs itself.
    pub feed: Option<Record>,
    pub records: Vec<Record>,
    /// Records before the first that changes a weight.
    pub unchanging: usize,
    /// Where inputs lie, their type as fed, and elements per row.
    pub inputs: Vec<(Span, DType, usize)>,
    /// Rows of a batch.
    pub batch: usize,
    pub outputs: Vec<Span>,
    /// Numerators and denominators.
    pub metrics: Vec<(Scalar, Scalar)>,
    pub train: bool,
    pub arena_words: usize,
    /// Words alive at the busiest moment.
    pub arena_lower_bound: usize,
    pub names: Vec<String>,
    /// Calls that became part of another record.
    pub fused: usize,
}

pub fn compile(bytes: &[u8], table: &ParameterTable) -> Result<Plan, GraphError> {
    let program = prepare(bytes, table)?;
    let units = units(&program.graph, &program.roots());
    Ok(Layout::new(&program, table, &units).lower(&program))
}

/// The program to lower: decoded, differentiated, and of those that give the same numbers the one that is wanted.
pub(crate) fn prepare(bytes: &[u8], table: &ParameterTable) -> Result<Program, GraphError> {
    let mut program = decode(bytes, table)?;
    pool_first(&mut program);
    if program.gradients {
        append_gradients(&mut program, table);
    }
    let forward = program.graph.nodes.len();
    if program.train {
        program.gradient_of = differentiate(&mut program, table);
    }
    make_inside(&mut program);
    if !(program.train && program.recompute) {
        return Ok(program);
    }
    let arena_words = |program: &Program| {
        let units = units(&program.graph, &program.roots());
        Layout::new(program, table, &units).arena_words
    };
    let mut best = (arena_words(&program), None);
    for variant in recompute::variants(&program, forward) {
        let words = arena_words(&variant);
        if words < best.0 {
            best = (words, Some(variant));
        }
    }
    Ok(best.1.unwrap_or(program))
}

/// Where every root's words lie.
pub(crate) struct Layout<'a> {
    graph: &'a Graph,
    table: &'a ParameterTable,
    units: &'a Units,
    /// Roots that callers read after the last unit, and those that the optimizer reads.
    pinned: Vec<bool>,
    gradient: Vec<bool>,
    /// Last unit that reads each root; the number of units for what is read after the last one.
    last_use: Vec<usize>,
    buffers: Vec<Buffer>,
    /// Buffer of each root that lives in the arena.
    buffer_of: Vec<Option<usize>>,
    workspace: Vec<Option<usize>>,
    /// Roots that lie elsewhere.
    fixed: Vec<Option<Span>>,
    offsets: Vec<usize>,
    arena_words: usize,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(program: &'a Program, table: &'a ParameterTable, units: &'a Units) -> Layout<'a> {
        let graph = &program.graph;
        let count = graph.nodes.len();
        let marked = |ids: &mut dyn Iterator<Item = Id>| {
            let mut marks = vec![false; count];
            ids.for_each(|id| marks[units.root[id]] = true);
            marks
        };
        let mut layout = Layout {
            graph,
            table,
            units,
            pinned: marked(&mut program.results().into_iter()),
            gradient: marked(&mut program.gradient_of.iter().filter_map(|g| g.1)),
            last_use: vec![0; count],
            buffers: Vec::new(),
            buffer_of: vec![None; count],
            workspace: Vec::new(),
            fixed: vec![None; count],
            offsets: Vec::new(),
            arena_words: 0,
        };
        layout.fix(program);
        layout.find_last_uses();
        for &(id, _) in &program.inputs {
            // Even an unused input has a place: callers write it.
            layout.buffer(id, 0, layout.last_use[id]);
        }
        for (at, unit) in units.units.iter().enumerate() {
            layout.unit(at, unit);
        }
        (layout.offsets, layout.arena_words) = arena::place(&layout.buffers);
        layout
    }

    /// Parameters lie in their space, and gradients in theirs, written there by whoever makes them.
    fn fix(&mut self, program: &Program) {
        for (id, node) in self.graph.nodes.iter().enumerate() {
            if let Source::Parameter(p) = node.source {
                self.fixed[id] = Some(self.table.span(p));
            }
        }
        for &(p, gradient) in &program.gradient_of {
            let Some(root) = gradient.map(|g| self.units.root[g]) else { continue };
            let made_here = self.graph.nodes[root].op().is_some();
            if made_here && self.fixed[root].is_none() && !self.pinned[root] {
                self.fixed[root] = Some(Span { space: Space::Grads, ..self.table.span(p) });
            }
        }
    }

    fn find_last_uses(&mut self) {
        let units = self.units;
        for (at, unit) in units.units.iter().enumerate() {
            for id in unit.all() {
                for &input in self.graph.nodes[id].inputs() {
                    self.read(units.root[input], at);
                }
            }
        }
        for root in 0..self.graph.nodes.len() {
            // Gradients without a place of their own are copied to it after the last unit.
            if self.pinned[root] || self.gradient[root] && self.fixed[root].is_none() {
                self.last_use[root] = units.units.len();
            }
        }
    }

    /// A stretch is read where its input lies.
    fn read(&mut self, root: Id, at: usize) {
        self.last_use[root] = at;
        if self.units.stretches[root].is_some() {
            self.read(self.units.root[self.graph.nodes[root].inputs()[0]], at);
        }
    }

    fn buffer(&mut self, id: Id, first: usize, last: usize) {
        let words = self.graph.nodes[id].len().next_multiple_of(16);
        self.buffer_of[id] = Some(self.buffers.len());
        self.buffers.push(Buffer { words, first, last: last.max(first) });
    }

    fn unit(&mut self, at: usize, unit: &Unit) {
        for id in unit.all().filter(|&id| self.is_stored(unit, id) && self.fixed[id].is_none()).collect::<Vec<_>>() {
            match self.dying_operand(at, unit, id) {
                Some(buffer) => {
                    self.buffer_of[id] = Some(buffer);
                    self.buffers[buffer].last = self.last_use[id].max(at);
                }
                None => self.buffer(id, at, self.last_use[id]),
            }
        }
        let words = self.workspace_words(unit);
        self.workspace.push((words > 0).then(|| {
            self.buffers.push(Buffer { words: words.next_multiple_of(16), first: at, last: at });
            self.buffers.len() - 1
        }));
    }

    fn workspace_words(&self, unit: &Unit) -> usize {
        let id = unit.product.unwrap_or(unit.last());
        let node = &self.graph.nodes[id];
        match node.op().map(|op| &op.lower) {
            Some(Lower::Records { workspace, .. }) if unit.product.is_some() || !unit.elementwise => {
                workspace(&self.input_shapes(id), &node.shape, node.attrs())
            }
            _ => 0,
        }
    }

    fn input_shapes(&self, id: Id) -> Vec<Vec<usize>> {
        self.graph.nodes[id].inputs().iter().map(|&i| self.graph.nodes[i].shape.clone()).collect()
    }

    /// A buffer that the chain's last result may take over: read whole, element by element, for the last time. (A chain's
    /// other results are written while operands may still be read, and a product is written before its epilogue reads.)
    fn dying_operand(&self, at: usize, unit: &Unit, id: Id) -> Option<usize> {
        if !unit.elementwise || unit.product.is_some() || id != unit.last() {
            return None;
        }
        let len = self.graph.nodes[id].len();
        let operands = || unit.members.iter().flat_map(|&m| self.graph.nodes[m].inputs()).map(|&i| self.units.root[i]);
        operands().find_map(|operand| {
            let dies = self.last_use[operand] == at
                && self.graph.nodes[operand].len() == len
                && !unit.members.contains(&operand)
                && !operands().any(|other| other != operand && self.owner(other) == operand);
            self.buffer_of[operand].filter(|_| dies)
        })
    }

    /// Whether others read a unit's result, or it is its last.
    fn is_stored(&self, unit: &Unit, id: Id) -> bool {
        let inside = |id: Id| unit.all().any(|member| member == id);
        id == unit.last()
            || self.pinned[id]
            || self.gradient[id]
            || self.units.users[id].iter().any(|&user| !inside(user))
    }

    /// Without any sharing of memory: what plans are compared with.
    #[cfg(test)]
    pub(crate) fn apart(program: &'a Program, table: &'a ParameterTable, units: &'a Units) -> Layout<'a> {
        let mut layout = Layout::new(program, table, units);
        let roots = (0..layout.buffer_of.len()).filter(|&id| layout.buffer_of[id].is_some()).collect::<Vec<_>>();
        for id in roots {
            layout.buffer(id, 0, 0);
        }
        layout.buffers.iter_mut().for_each(|buffer| (buffer.first, buffer.last) = (0, 0));
        (layout.offsets, layout.arena_words) = arena::place(&layout.buffers);
        layout
    }
    #[cfg(test)]
    pub(crate) fn workspace_span(&self, at: usize) -> Option<Span> {
        let buffer = self.workspace[at]?;
        Some(Span { space: Space::Arena, offset: self.offsets[buffer], len: self.buffers[buffer].words })
    }

    /// The root in whose words a root lies.
    pub(crate) fn owner(&self, root: Id) -> Id {
        match self.units.stretches[root] {
            Some(_) => self.owner(self.units.root[self.graph.nodes[root].inputs()[0]]),
            None => root,
        }
    }

    /// Where a value's words lie; `None` if it only ever was in registers.
    pub(crate) fn span(&self, id: Id) -> Option<Span> {
        let root = self.units.root[id];
        let len = self.graph.nodes[id].len();
        if let Some(begin) = self.units.stretches[root] {
            let whole = self.span(self.graph.nodes[root].inputs()[0])?;
            return Some(Span { offset: whole.offset + begin, len, ..whole });
        }
        self.fixed[root].or_else(|| {
            let offset = self.offsets[self.buffer_of[root]?];
            Some(Span { space: Space::Arena, offset, len })
        })
    }

    pub(crate) fn needed(&self, id: Id) -> Span {
        // Empty values have no unit and no words.
        self.span(id).unwrap_or(Span { space: Space::Arena, offset: 0, len: 0 })
    }

    fn scalar(&self, id: Id) -> Scalar {
        self.graph.nodes[id].constant().map_or_else(|| Scalar::At(self.needed(id)), Scalar::Known)
    }

    pub(crate) fn lower(&self, program: &Program) -> Plan {
        let mut records = Vec::new();
        for (unit, workspace) in self.units.units.iter().zip(&self.workspace) {
            let origin = self.graph.nodes[unit.product.unwrap_or(unit.last())].origin;
            let push = &mut |kernel| add(&mut records, kernel, origin);
            let workspace = workspace.map_or(Span { space: Space::Arena, offset: 0, len: 0 }, |buffer| Span {
                space: Space::Arena,
                offset: self.offsets[buffer],
                len: self.buffers[buffer].words,
            });
            self.lower_unit(unit, workspace, push);
        }
        let copy = |records: &mut Vec<Record>, value: Option<Id>, out: Span| {
            let kernel: Box<dyn Kernel> = match value.map(|v| self.needed(v)) {
                Some(span) if span == out => return,
                Some(input) => Box::new(Copy { input, out }),
                None => Box::new(Fill { out, bits: 0 }),
            };
            records.push(Record { kernel, origin: value.map_or(0, |v| self.graph.nodes[v].origin) });
        };
        for &(p, gradient) in &program.gradient_of {
            copy(&mut records, gradient, Span { space: Space::Grads, ..self.table.span(p) });
        }
        let unchanging = records.len();
        for &(p, value) in &program.updates {
            copy(&mut records, Some(value), self.table.span(p));
        }
        let inputs: Vec<(Span, DType, usize)> = program
            .inputs
            .iter()
            .map(|&(id, dtype)| {
                let shape = &self.graph.nodes[id].shape;
                (self.needed(id), dtype, shape.iter().skip(1).product())
            })
            .collect();
        let calls: usize = self.units.units.iter().map(|u| u.all().count()).sum();
        Plan {
            feed: (!inputs.is_empty()).then(|| feed(&inputs)),
            inputs,
            batch: program
                .inputs
                .first()
                .map_or(0, |&(id, _)| self.graph.nodes[id].shape.first().copied().unwrap_or(1)),
            outputs: program.outputs.iter().map(|&id| self.needed(id)).collect(),
            metrics: program.metrics.iter().map(|&(n, d)| (self.scalar(n), self.scalar(d))).collect(),
            train: program.train,
            arena_words: self.arena_words,
            arena_lower_bound: arena::lower_bound(&self.buffers),
            fused: calls - self.units.units.len(),
            records,
            unchanging,
            names: program.names.clone(),
        }
    }

    fn lower_unit(&self, unit: &Unit, workspace: Span, push: &mut dyn FnMut(Box<dyn Kernel>)) {
        if unit.elementwise && unit.product.is_none() {
            return push(Box::new(self.fused(unit, None)));
        }
        let id = unit.product.unwrap_or(unit.last());
        let node = &self.graph.nodes[id];
        let Some(Lower::Records { lower, .. }) = node.op().map(|op| &op.lower) else { return };
        // A product that only its epilogue reads is written where the epilogue's result goes.
        let out = self.span(id).unwrap_or_else(|| self.needed(unit.last()));
        let inputs: Vec<Span> = node.inputs().iter().map(|&i| self.needed(i)).collect();
        let lowering = Lowering {
            shapes: &self.input_shapes(id),
            shape: &node.shape,
            attrs: node.attrs(),
            inputs: &inputs,
            out,
            workspace,
            epilogue: unit.product.map(|product| self.fused(unit, Some((product, out)))),
        };
        lower(lowering, push);
    }
}

/// Adds a record, or makes it one with the last.
fn add(records: &mut Vec<Record>, kernel: Box<dyn Kernel>, origin: u32) {
    let Some(last) = records.pop() else { return records.push(Record { kernel, origin }) };
    match join(last.kernel, kernel) {
        Ok(kernel) => records.push(Record { kernel, ..last }),
        Err([kernel, next]) => records.extend([Record { kernel, ..last }, Record { kernel: next, origin }]),
    }
}

fn feed(inputs: &[(Span, DType, usize)]) -> Record {
    let inputs = inputs.iter().map(|&(out, _, row)| Batch { out, row }).collect();
    Record { kernel: Box::new(Feed { inputs }), origin: 0 }
}
