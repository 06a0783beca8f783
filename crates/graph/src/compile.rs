//! The way from bytes to a plan.

use crate::arena::{self, Buffer};
use crate::decode::{decode, Program};
use crate::differentiate::{append_gradients, differentiate};
use crate::graph::{pattern, Graph, Source};
use crate::units::{function, units, Unit, Units};
use crate::{GraphError, ParameterTable};
use kernels::feed::Feed;
use kernels::fused::{Fused, Instruction, Operand};
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

/// A compiled program: records over spaces whose sizes are known.
pub struct Plan {
    /// One per input: fetch the batch. Left out when a caller writes the inputs itself.
    pub feeds: Vec<Record>,
    pub records: Vec<Record>,
    /// Where inputs lie, their type as fed, and elements per row.
    pub inputs: Vec<(Span, DType, usize)>,
    /// Rows of a batch.
    pub batch: usize,
    pub outputs: Vec<Span>,
    /// Spans of numerator and denominator.
    pub metrics: Vec<(Span, Span)>,
    pub train: bool,
    pub arena_words: usize,
    /// Words alive at the busiest moment.
    pub arena_lower_bound: usize,
    pub names: Vec<String>,
    /// Calls that became part of another record.
    pub fused: usize,
}

pub fn compile(bytes: &[u8], table: &ParameterTable) -> Result<Plan, GraphError> {
    let mut program = decode(bytes, table)?;
    if program.gradients {
        append_gradients(&mut program, table);
    }
    let gradients = if program.train { differentiate(&mut program, table) } else { Vec::new() };
    let mut roots = program.outputs.clone();
    roots.extend(program.metrics.iter().flat_map(|&(n, d)| [n, d]));
    roots.extend(program.updates.iter().map(|u| u.1));
    let pinned = roots.clone();
    roots.extend(gradients.iter().filter_map(|g| g.1));
    let units = units(&program.graph, &roots);
    let mut layout = Layout::new(&program, table, &units, &pinned, &gradients);
    layout.place();
    Ok(layout.lower(&program, gradients))
}

/// Where every root's words lie.
struct Layout<'a> {
    graph: &'a Graph,
    table: &'a ParameterTable,
    units: &'a Units,
    buffers: Vec<Buffer>,
    /// Buffer of each root that lives in the arena.
    buffer_of: Vec<Option<usize>>,
    workspace: Vec<Option<usize>>,
    /// Roots that lie elsewhere.
    fixed: Vec<Option<Span>>,
    offsets: Vec<usize>,
    arena_words: usize,
    lower_bound: usize,
}

impl<'a> Layout<'a> {
    fn new(
        program: &'a Program,
        table: &'a ParameterTable,
        units: &'a Units,
        pinned: &[Id],
        gradients: &[(usize, Option<Id>)],
    ) -> Layout<'a> {
        // The units borrow nothing of the program; the graph is read-only from here on.
        let graph = &program.graph;
        let count = graph.nodes.len();
        let mut layout = Layout {
            graph,
            table,
            units,
            buffers: Vec::new(),
            buffer_of: vec![None; count],
            workspace: Vec::new(),
            fixed: vec![None; count],
            offsets: Vec::new(),
            arena_words: 0,
            lower_bound: 0,
        };
        let end = units.units.len();
        let mut last_use = vec![0; count];
        for (at, unit) in units.units.iter().enumerate() {
            for id in unit.all() {
                for &input in graph.nodes[id].inputs() {
                    last_use[units.root[input]] = at;
                }
            }
        }
        for &id in pinned {
            last_use[units.root[id]] = end;
        }
        layout.fix(pinned, gradients);
        for root in gradients.iter().filter_map(|g| g.1).map(|g| units.root[g]) {
            if layout.fixed[root].is_none() {
                // Copied to its place after the last unit.
                last_use[root] = end;
            }
        }
        for &(id, _) in &program.inputs {
            // Even an unused input has a place: callers write it.
            layout.buffer(id, 0, last_use[id]);
        }
        for (at, unit) in units.units.iter().enumerate() {
            layout.unit(at, unit, &mut last_use, end, gradients);
        }
        layout
    }

    /// Parameters lie in their space, and gradients in theirs, written there by whoever makes them.
    fn fix(&mut self, pinned: &[Id], gradients: &[(usize, Option<Id>)]) {
        for (id, node) in self.graph.nodes.iter().enumerate() {
            if let Source::Parameter(p) = node.source {
                self.fixed[id] = Some(self.table.span(p));
            }
        }
        let is_pinned = |root: Id| pinned.iter().any(|&p| self.units.root[p] == root);
        for &(p, gradient) in gradients {
            let Some(root) = gradient.map(|g| self.units.root[g]) else { continue };
            let made_here = self.graph.nodes[root].op().is_some();
            if made_here && self.fixed[root].is_none() && !is_pinned(root) {
                self.fixed[root] = Some(Span { space: Space::Grads, ..self.table.span(p) });
            }
        }
    }

    fn buffer(&mut self, id: Id, first: usize, last: usize) {
        let words = self.graph.nodes[id].len().next_multiple_of(16);
        self.buffer_of[id] = Some(self.buffers.len());
        self.buffers.push(Buffer { words, first, last: last.max(first) });
    }

    fn unit(&mut self, at: usize, unit: &Unit, last_use: &mut [usize], end: usize, gradients: &[(usize, Option<Id>)]) {
        for id in stored(unit, self.units, last_use, at, gradients, end) {
            if self.fixed[id].is_some() {
                continue;
            }
            match self.dying_operand(at, unit, id, last_use) {
                Some(buffer) => {
                    self.buffer_of[id] = Some(buffer);
                    self.buffers[buffer].last = last_use[id].max(at);
                }
                None => self.buffer(id, at, last_use[id]),
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
    fn dying_operand(&self, at: usize, unit: &Unit, id: Id, last_use: &[usize]) -> Option<usize> {
        if !unit.elementwise || unit.product.is_some() || id != unit.last() {
            return None;
        }
        let len = self.graph.nodes[id].len();
        unit.members.iter().flat_map(|&m| self.graph.nodes[m].inputs()).map(|&i| self.units.root[i]).find_map(
            |operand| {
                let dies = last_use[operand] == at
                    && self.graph.nodes[operand].len() == len
                    && !unit.members.contains(&operand);
                self.buffer_of[operand].filter(|_| dies)
            },
        )
    }

    fn place(&mut self) {
        let (offsets, words) = arena::place(&self.buffers);
        self.lower_bound = arena::lower_bound(&self.buffers);
        self.offsets = offsets;
        self.arena_words = words;
    }

    /// Where a value's words lie; `None` if it only ever was in registers.
    fn span(&self, id: Id) -> Option<Span> {
        let root = self.units.root[id];
        let len = self.graph.nodes[id].len();
        self.fixed[root].or_else(|| {
            let offset = self.offsets[self.buffer_of[root]?];
            Some(Span { space: Space::Arena, offset, len })
        })
    }

    fn needed(&self, id: Id) -> Span {
        // Empty values have no unit and no words.
        self.span(id).unwrap_or(Span { space: Space::Arena, offset: 0, len: 0 })
    }

    fn lower(&self, program: &Program, gradients: Vec<(usize, Option<Id>)>) -> Plan {
        let mut records = Vec::new();
        for (unit, workspace) in self.units.units.iter().zip(&self.workspace) {
            let origin = self.graph.nodes[unit.last()].origin;
            let push = &mut |kernel| records.push(Record { kernel, origin });
            let workspace = workspace.map_or(Span { space: Space::Arena, offset: 0, len: 0 }, |buffer| Span {
                space: Space::Arena,
                offset: self.offsets[buffer],
                len: self.buffers[buffer].words,
            });
            self.lower_unit(unit, workspace, push);
        }
        let mut copy = |value: Option<Id>, out: Span| {
            let kernel: Box<dyn Kernel> = match value.map(|v| self.needed(v)) {
                Some(span) if span == out => return,
                Some(input) => Box::new(Copy { input, out }),
                None => Box::new(Fill { out, bits: 0 }),
            };
            records.push(Record { kernel, origin: value.map_or(0, |v| self.graph.nodes[v].origin) });
        };
        for (p, gradient) in gradients {
            copy(gradient, Span { space: Space::Grads, ..self.table.span(p) });
        }
        for &(p, value) in &program.updates {
            copy(Some(value), self.table.span(p));
        }
        let inputs: Vec<(Span, DType, usize)> = program
            .inputs
            .iter()
            .map(|&(id, dtype)| {
                let shape = &self.graph.nodes[id].shape;
                (self.needed(id), dtype, shape.iter().skip(1).product())
            })
            .collect();
        let feed = |(input, &(out, _, row)): (usize, &(Span, DType, usize))| Record {
            kernel: Box::new(Feed { input, out, row }) as Box<dyn Kernel>,
            origin: 0,
        };
        let calls: usize = self.units.units.iter().map(|u| u.all().count()).sum();
        Plan {
            feeds: inputs.iter().enumerate().map(feed).collect(),
            inputs,
            batch: program
                .inputs
                .first()
                .map_or(0, |&(id, _)| self.graph.nodes[id].shape.first().copied().unwrap_or(1)),
            outputs: program.outputs.iter().map(|&id| self.needed(id)).collect(),
            metrics: program.metrics.iter().map(|&(n, d)| (self.needed(n), self.needed(d))).collect(),
            train: program.train,
            arena_words: self.arena_words,
            arena_lower_bound: self.lower_bound,
            fused: calls - self.units.units.len(),
            records,
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

    /// The chain as instructions; as an epilogue its first operand is the product.
    fn fused(&self, unit: &Unit, product: Option<(Id, Span)>) -> Fused {
        let mut operands: Vec<Operand> = Vec::new();
        let len = self.graph.nodes[unit.last()].len();
        let mut sources = Vec::new();
        for &member in &unit.members {
            for &input in self.graph.nodes[member].inputs() {
                let root = self.units.root[input];
                if unit.members.contains(&root) {
                    continue;
                }
                let operand = match (self.graph.nodes[root].constant(), product) {
                    (Some(value), _) => Operand::Constant(value),
                    (None, Some((id, span))) if id == root => Operand::Span { span, inner: 1, count: len },
                    _ => {
                        let shape = &self.graph.nodes[member].shape;
                        let (inner, count) =
                            pattern(&self.graph.nodes[input].shape, shape).expect("made expressible when built");
                        Operand::Span { span: self.needed(root), inner, count }
                    }
                };
                let register = operands.iter().position(|o| *o == operand).unwrap_or_else(|| {
                    operands.push(operand);
                    operands.len() - 1
                });
                sources.push(((member, input), register));
            }
        }
        let register_of = |member: Id, input: Id| -> u8 {
            let root = self.units.root[input];
            match unit.members.iter().position(|&m| m == root) {
                Some(i) => (operands.len() + i) as u8,
                None => sources.iter().find(|s| s.0 == (member, input)).map_or(0, |s| s.1 as u8),
            }
        };
        let mut outputs = Vec::new();
        let mut instructions = Vec::new();
        for (i, &member) in unit.members.iter().enumerate() {
            let node = &self.graph.nodes[member];
            let (function, imm) = function(self.graph, node).expect("members are elementwise");
            let mut inputs = [register_of(member, node.inputs()[0]); 3];
            for (slot, &input) in inputs.iter_mut().zip(node.inputs()) {
                *slot = register_of(member, input);
            }
            let out = (operands.len() + i) as u8;
            instructions.push(Instruction { function, inputs, out, imm });
            if let Some(span) = self.span(member) {
                outputs.push((out, span));
            }
        }
        Fused { registers: operands.len() + instructions.len(), operands, instructions, outputs, len }
    }
}

/// Results of a unit that others read.
fn stored(
    unit: &Unit,
    units: &Units,
    last_use: &[usize],
    at: usize,
    gradients: &[(usize, Option<Id>)],
    end: usize,
) -> Vec<Id> {
    let is_gradient = |id: Id| gradients.iter().any(|g| g.1.is_some_and(|g| units.root[g] == id));
    let inside = |id: Id| unit.all().any(|member| member == id);
    unit.all()
        .filter(|&id| {
            let outside = units.users[id].iter().any(|&u| !inside(u));
            id == unit.last() || outside || is_gradient(id) || last_use[id] == end && at < end
        })
        .collect()
}
