//! Values that one call alone reads, made inside of it a piece at a time: they are never in memory.
//!
//! Each such call is an operation of its own, which nothing but this file makes of two others.

use crate::decode::Program;
use crate::graph::{Graph, Node, Source};
use ops::recurrent::sequence_result;
use ops::{window, Attr, Id};

/// Changes calls that can make one of their inputs themselves; the program must have its gradients.
pub fn make_inside(program: &mut Program) {
    for node in &mut program.graph.nodes {
        match &mut node.source {
            // What the gradient of a walk needed is known now.
            Source::Call { op, inputs, .. } if **op == sequence_result::OP => drop(inputs.drain(..inputs.len() - 1)),
            _ => {}
        }
    }
    let uses = program.graph.uses(&program.roots());
    for id in (0..uses.len()).filter(|&id| uses[id] > 0) {
        let readers = Readers { graph: &program.graph, uses: &uses };
        if let Some(source) = readers.spread(id) {
            program.graph.nodes[id].source = source;
            program.graph.forget(id);
        }
    }
}

/// A graph, and how often each of its values is read.
struct Readers<'a> {
    graph: &'a Graph,
    uses: &'a [usize],
}

impl Readers<'_> {
    fn node(&self, id: Id) -> &Node {
        &self.graph.nodes[id]
    }
    fn shape(&self, id: Id) -> &[usize] {
        &self.node(id).shape
    }

    /// The inputs of a call that is read once.
    fn alone<const N: usize>(&self, id: Id, op: &'static ops::Op) -> Option<[Id; N]> {
        let inputs = self.node(id).inputs().try_into().ok()?;
        (self.node(id).is(op) && self.uses[id] == 1).then_some(inputs)
    }

    /// The gradient of a kernel, from that of its pooled results.
    fn spread(&self, id: Id) -> Option<Source> {
        let node = self.node(id);
        let &[x, spread] = node.inputs() else { return None };
        let [y, dy] = self.alone(spread, &window::max_pool2d_grad::OP)?;
        let attrs: Vec<Attr> = node.attrs().0.iter().chain(self.node(spread).attrs().0).cloned().collect();
        let fits = node.is(&window::conv2d_kernel_grad::OP)
            && window::pooled_conv2d_kernel_grad::fits(self.shape(x), self.shape(id), self.shape(y), &attrs);
        let op = &window::pooled_conv2d_kernel_grad::OP;
        fits.then(|| Source::Call { op, inputs: vec![x, y, dy], attrs })
    }
}
