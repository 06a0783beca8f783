//! Fusing: calls become units, each of which is one record or a few.
//!
//! A chain of elementwise calls is one unit. It stands where its last call stood, so a call may join if all who use its
//! result are in the unit or come later. A matrix product or a convolution joins the chain behind it, which then runs on
//! rows of the product while they are in cache.

use crate::graph::{is_alias, pattern, stretch, Graph, Node};
use kernels::fused::MAX_REGISTERS;
use kernels::Function;
use ops::{Id, Lower};
use std::collections::BinaryHeap;

/// Calls that run together.
pub struct Unit {
    /// The product whose epilogue the chain is.
    pub product: Option<Id>,
    /// The elementwise calls in order; or a single call of another kind.
    pub members: Vec<Id>,
    pub elementwise: bool,
}

impl Unit {
    pub fn last(&self) -> Id {
        *self.members.last().expect("a unit has members")
    }
    pub fn all(&self) -> impl Iterator<Item = Id> + '_ {
        self.product.iter().chain(&self.members).copied()
    }
}

/// What fusing found out; kept for memory planning and lowering.
pub struct Units {
    pub units: Vec<Unit>,
    /// For every node, the node whose words it shares (itself, unless it is an alias).
    pub root: Vec<Id>,
    /// Live users of each root's words.
    pub users: Vec<Vec<Id>>,
    /// Of slices that are read where their input lies: where they begin in it.
    pub stretches: Vec<Option<usize>>,
}

/// The function of an elementwise call.
pub fn function(graph: &Graph, node: &Node) -> Option<(Function, [f32; 2])> {
    let op = node.op()?;
    if op == &ops::broadcast_to::OP {
        // Repeating by a pattern is a copy in a chain; other repeats are strided copies.
        pattern(&graph.nodes[node.inputs()[0]].shape, &node.shape)?;
        return Some((Function::Copy, [0.0; 2]));
    }
    match op.lower {
        Lower::Elementwise(f) => Some(f(node.attrs())),
        _ => None,
    }
}

/// Whether a call's operand is read element by element, not repeated.
fn whole(graph: &Graph, user: Id, operand: Id) -> bool {
    graph.nodes[operand].len() == graph.nodes[user].len()
}

pub fn units(graph: &Graph, roots: &[Id]) -> Units {
    let root = aliases(graph);
    let uses = graph.uses(roots);
    let mut users = vec![Vec::new(); graph.nodes.len()];
    for id in (0..graph.nodes.len()).filter(|&id| uses[id] > 0 && !is_alias(&graph.nodes[id])) {
        for &input in graph.nodes[id].inputs() {
            if users[root[input]].last() != Some(&id) {
                users[root[input]].push(id);
            }
        }
    }
    let constants_needed = materialised_constants(graph, &users, &root, roots);
    let stretches = stretches(graph, &root, roots);
    let mut taken = vec![false; graph.nodes.len()];
    let mut units = Vec::new();
    for id in (0..graph.nodes.len()).rev() {
        let node = &graph.nodes[id];
        if taken[id]
            || uses[id] == 0
            || node.op().is_none()
            || is_alias(node)
            || node.is_empty()
            || stretches[id].is_some()
        {
            continue;
        }
        if node.constant().is_some() && !constants_needed[id] {
            continue;
        }
        if function(graph, node).is_none() {
            units.push(Unit { product: None, members: vec![id], elementwise: false });
            continue;
        }
        let mut unit = chain(graph, id, &root, &users, &mut taken);
        unit.product = product(graph, &unit, &root, &users, &mut taken);
        units.push(unit);
    }
    units.reverse();
    Units { units, root, users, stretches }
}

/// Slices of one stretch are not copied, unless callers or the optimizer read them.
fn stretches(graph: &Graph, root: &[Id], roots: &[Id]) -> Vec<Option<usize>> {
    let mut stretches: Vec<Option<usize>> = graph.nodes.iter().map(|node| stretch(graph, node)).collect();
    roots.iter().for_each(|&id| stretches[root[id]] = None);
    stretches
}

pub fn aliases(graph: &Graph) -> Vec<Id> {
    let mut root: Vec<Id> = Vec::with_capacity(graph.nodes.len());
    for (id, node) in graph.nodes.iter().enumerate() {
        root.push(if is_alias(node) { root[node.inputs()[0]] } else { id });
    }
    root
}

/// Constants are part of the chains that use them; only other users need them in memory.
fn materialised_constants(graph: &Graph, users: &[Vec<Id>], root: &[Id], roots: &[Id]) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        if node.constant().is_some() {
            needed[id] = users[id].iter().any(|&u| function(graph, &graph.nodes[u]).is_none());
        }
    }
    for &id in roots {
        needed[root[id]] = true;
    }
    needed
}

/// The longest chain that ends in `last`.
fn chain(graph: &Graph, last: Id, root: &[Id], users: &[Vec<Id>], taken: &mut [bool]) -> Unit {
    let mut members = vec![last];
    taken[last] = true;
    let mut operands = 0;
    let mut candidates = BinaryHeap::new();
    let offer = |id: Id, candidates: &mut BinaryHeap<Id>| {
        graph.nodes[id].inputs().iter().filter(|&&i| whole(graph, id, i)).for_each(|&i| candidates.push(root[i]));
        graph.nodes[id].inputs().len()
    };
    operands += offer(last, &mut candidates);
    // From the latest to the earliest, so that all users of a candidate have been considered before it.
    while let Some(id) = candidates.pop() {
        let joins = !taken[id]
            && graph.nodes[id].constant().is_none()
            && function(graph, &graph.nodes[id]).is_some()
            && users[id].iter().all(|u| *u > last || members.contains(u))
            && members.len() + operands + 4 < MAX_REGISTERS;
        if joins {
            taken[id] = true;
            members.push(id);
            operands += offer(id, &mut candidates);
        }
    }
    members.sort_unstable();
    Unit { product: None, members, elementwise: true }
}

/// A matrix product or convolution that the chain can be the epilogue of.
fn product(graph: &Graph, unit: &Unit, root: &[Id], users: &[Vec<Id>], taken: &mut [bool]) -> Option<Id> {
    let last = unit.last();
    for &member in &unit.members {
        for &input in graph.nodes[member].inputs() {
            let id = root[input];
            let fits = graph.nodes[id].op().is_some_and(|op| ops::PRODUCTS.contains(&op))
                && !taken[id]
                && whole(graph, member, input)
                && graph.nodes[id].len() == graph.nodes[last].len()
                && users[id].iter().all(|u| *u > last || unit.members.contains(u));
            if fits {
                taken[id] = true;
                return Some(id);
            }
        }
    }
    None
}
