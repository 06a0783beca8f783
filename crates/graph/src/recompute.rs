//! Rematerialisation: the backward pass makes values of the forward pass again, from a few that were kept, instead of all
//! of them staying in memory until it needs them (Chen and others 2016).
//!
//! The forward pass is cut where few words are alive. What is alive at a cut is kept, and so is everything behind the last
//! one, which the backward pass needs first. Calls that need anything else get copies of the calls that made it, placed right
//! before them. Copies do the same arithmetic on the same numbers, random ones included, so no bit changes.

use crate::decode::Program;
use crate::graph::{Graph, Node, Source};
use crate::units::{aliases, function};
use ops::Id;

/// Numbers of pieces that are tried; the plan that needs the least memory wins.
const PIECES: [usize; 9] = [2, 3, 4, 6, 8, 12, 16, 24, 32];

/// Programs that give the same numbers and keep fewer values. The first `forward` nodes are the forward pass.
pub fn variants(program: &Program, forward: usize) -> impl Iterator<Item = Program> + '_ {
    let pass = Pass::new(program, forward);
    let nodes = &program.graph.nodes[..forward];
    let costly = nodes.iter().map(|node| function(&program.graph, node).is_none()).collect();
    let cut = PIECES.iter().map(|&pieces| pass.kept_by_cuts(pieces));
    let kept: Vec<Vec<bool>> = std::iter::once(costly).chain(cut).collect();
    kept.into_iter().map(move |kept| pass.rewrite(&kept))
}

struct Pass<'a> {
    program: &'a Program,
    forward: usize,
    root: Vec<Id>,
    /// Last call of the forward pass that reads each root.
    last_use: Vec<Id>,
    /// Roots that the backward pass reads.
    saved: Vec<bool>,
}

impl<'a> Pass<'a> {
    fn new(program: &'a Program, forward: usize) -> Pass<'a> {
        let nodes = &program.graph.nodes;
        let root = aliases(&program.graph);
        let (mut last_use, mut saved) = (vec![0; nodes.len()], vec![false; nodes.len()]);
        for (id, node) in nodes.iter().enumerate() {
            for &input in node.inputs() {
                if id < forward {
                    last_use[root[input]] = id;
                } else {
                    saved[root[input]] = root[input] < forward;
                }
            }
        }
        Pass { program, forward, root, last_use, saved }
    }

    fn words(&self, id: Id) -> usize {
        let node = &self.program.graph.nodes[id];
        if self.root[id] == id && is_made(node) {
            node.len()
        } else {
            0
        }
    }

    /// Which roots are kept when the forward pass is cut into pieces that save about the same number of words.
    fn kept_by_cuts(&self, pieces: usize) -> Vec<bool> {
        let saved = |id: Id| if self.saved[id] { self.words(id) } else { 0 };
        let total: usize = (0..self.forward).map(saved).sum();
        let mut kept = vec![false; self.forward];
        let (mut so_far, mut next) = (0, 1);
        let mut narrowest: Option<(usize, Id)> = None;
        let mut last_cut = 0;
        for (id, alive) in self.alive().into_iter().enumerate() {
            so_far += saved(id);
            if next == pieces || so_far * pieces < total * next {
                continue;
            }
            if narrowest.is_none_or(|(words, _)| alive < words) {
                narrowest = Some((alive, id));
            }
            // Somewhere in the first half of the next piece.
            if 2 * so_far * pieces >= total * (2 * next + 1) {
                let (_, cut) = narrowest.take().expect("set above");
                self.keep_alive_at(cut, &mut kept);
                last_cut = cut;
                next = (so_far * pieces / total.max(1)).max(next) + 1;
                next = next.min(pieces);
            }
        }
        kept[last_cut..].fill(true);
        kept
    }

    /// Words alive behind each call of the forward pass.
    fn alive(&self) -> Vec<usize> {
        let mut gone = vec![0; self.forward];
        let mut alive = 0;
        let mut all = Vec::with_capacity(self.forward);
        for id in 0..self.forward {
            let words = self.words(id);
            if self.last_use[id] > id {
                alive += words;
                gone[self.last_use[id]] += words;
            }
            alive -= gone[id];
            all.push(alive);
        }
        all
    }

    fn keep_alive_at(&self, cut: Id, kept: &mut [bool]) {
        for (kept, &last_use) in kept.iter_mut().zip(&self.last_use).take(cut + 1) {
            *kept |= last_use > cut;
        }
    }

    fn rewrite(&self, kept: &[bool]) -> Program {
        let mut result = Rewrite::new(self, kept);
        for id in 0..self.program.graph.nodes.len() {
            result.add(id);
        }
        result.finish()
    }
}

/// Whether a value is made by a call that could be made again.
fn is_made(node: &Node) -> bool {
    node.op().is_some() && node.constant().is_none()
}

/// The program as it is written anew.
struct Rewrite<'a> {
    pass: &'a Pass<'a>,
    again: Vec<bool>,
    graph: Graph,
    /// Where each value is now, and its copy for the backward pass.
    place: Vec<Id>,
    copy: Vec<Option<Id>>,
    /// Values whose copies are made or about to be.
    found: Vec<bool>,
}

impl<'a> Rewrite<'a> {
    fn new(pass: &'a Pass<'a>, kept: &[bool]) -> Rewrite<'a> {
        let nodes = &pass.program.graph.nodes;
        let mut stays = kept.to_vec();
        for id in pass.program.results() {
            if let Some(stays) = stays.get_mut(pass.root[id]) {
                *stays = true;
            }
        }
        let again = (0..pass.forward).map(|id| !stays[pass.root[id]] && is_made(&nodes[pass.root[id]])).collect();
        let found = vec![false; pass.forward];
        Rewrite { pass, again, graph: Graph::default(), place: Vec::new(), copy: vec![None; pass.forward], found }
    }

    fn add(&mut self, id: Id) {
        let backward = id >= self.pass.forward;
        if backward {
            self.copy_for(id);
        }
        let place = self.push(id, backward);
        self.place.push(place);
    }

    /// Makes the forward values again that a call needs.
    fn copy_for(&mut self, id: Id) {
        let nodes = &self.pass.program.graph.nodes;
        let mut open: Vec<Id> = nodes[id].inputs().to_vec();
        let mut needed = Vec::new();
        while let Some(id) = open.pop() {
            if self.again.get(id) == Some(&true) && !std::mem::replace(&mut self.found[id], true) {
                needed.push(id);
                open.extend(nodes[id].inputs());
            }
        }
        needed.sort_unstable();
        for id in needed {
            self.copy[id] = Some(self.push(id, true));
        }
    }

    fn push(&mut self, id: Id, from_copies: bool) -> Id {
        let mut node = self.pass.program.graph.nodes[id].clone();
        if let Source::Call { inputs, .. } = &mut node.source {
            for input in inputs {
                let copy = self.copy.get(*input).copied().flatten().filter(|_| from_copies);
                *input = copy.unwrap_or_else(|| self.place[*input]);
            }
        }
        self.graph.nodes.push(node);
        self.graph.nodes.len() - 1
    }

    fn finish(self) -> Program {
        let Rewrite { pass: Pass { program, .. }, graph, place, .. } = self;
        let at = |id: Id| place[id];
        Program {
            graph,
            inputs: program.inputs.iter().map(|&(id, dtype)| (at(id), dtype)).collect(),
            outputs: program.outputs.iter().copied().map(at).collect(),
            loss: program.loss.map(at),
            metrics: program.metrics.iter().map(|&(n, d)| (at(n), at(d))).collect(),
            updates: program.updates.iter().map(|&(p, id)| (p, at(id))).collect(),
            gradient_of: program.gradient_of.iter().map(|&(p, id)| (p, id.map(at))).collect(),
            names: program.names.clone(),
            train: program.train,
            gradients: program.gradients,
            recompute: program.recompute,
        }
    }
}
