//! Reverse-mode differentiation: gradients are calls added to the same graph.

use crate::graph::{Graph, Source};
use kernels::DType;
use ops::{Attr, Attrs, Call, Emit, Id};

/// Adds the gradients of a scalar with respect to `targets`; `None` where it doesn't depend on one.
pub fn gradients(graph: &mut Graph, loss: Id, targets: &[Id]) -> Vec<Option<Id>> {
    let needed = depends_on(graph, targets);
    let mut parts_of: Vec<Vec<Id>> = vec![Vec::new(); graph.nodes.len()];
    let mut gradient: Vec<Option<Id>> = vec![None; graph.nodes.len()];
    graph.origin = graph.nodes[loss].origin;
    let one = (graph as &mut dyn Emit).number(1.0);
    parts_of[loss].push(one);
    for id in (0..=loss).rev() {
        if !needed[id] || parts_of[id].is_empty() {
            continue;
        }
        graph.origin = graph.nodes[id].origin;
        let dy = together(graph, std::mem::take(&mut parts_of[id]));
        gradient[id] = Some(dy);
        let Source::Call { op, inputs, attrs } = graph.nodes[id].source.clone() else { continue };
        let Some(vjp) = op.vjp else { continue };
        let call = Call { inputs: &inputs, attrs: Attrs(&attrs), y: id, dy };
        let parts = vjp(graph, &call);
        for (&input, part) in inputs.iter().zip(parts) {
            let Some(part) = part.filter(|_| needed[input] && graph.nodes[input].dtype == DType::F32) else { continue };
            debug_assert_eq!(graph.nodes[part].shape, graph.nodes[input].shape, "gradient of {}", op.name);
            parts_of[input].push(part);
        }
    }
    targets.iter().map(|&t| gradient[t]).collect()
}

/// The sum of the parts of a gradient.
fn together(graph: &mut Graph, parts: Vec<Id>) -> Id {
    let (slices, mut rest): (Vec<Id>, Vec<Id>) = parts.iter().partition(|&&p| taken(graph, p).is_some());
    match side_by_side(graph, &slices) {
        Some((axis, pieces)) => rest.push(graph.call(&ops::concat::OP, &pieces, vec![Attr::I32(axis as i32)])),
        None => rest = parts,
    }
    let first = rest[0];
    rest[1..].iter().fold(first, |sum, &part| (graph as &mut dyn Emit).add(sum, part))
}

/// Of a gradient of a slice with stride 1: what it puts where.
fn taken(graph: &Graph, id: Id) -> Option<(Id, Vec<usize>)> {
    let Source::Call { op, inputs, attrs } = &graph.nodes[id].source else { return None };
    let attrs = Attrs(attrs);
    let whole = std::ptr::eq(*op, &ops::slice_grad::OP) && attrs.ints(2).iter().all(|&s| s == 1);
    whole.then(|| (inputs[0], attrs.ints(1).iter().map(|&b| b as usize).collect()))
}

/// Gradients of slices that together are a whole value lie side by side along an axis; adding them up, with zeros around
/// each, would take a pass over the whole value for every one of them.
fn side_by_side(graph: &Graph, slices: &[Id]) -> Option<(usize, Vec<Id>)> {
    let whole = &graph.nodes[*slices.first()?].shape;
    let mut pieces: Vec<(Id, Vec<usize>)> = slices.iter().filter_map(|&s| taken(graph, s)).collect();
    let cut = |piece: Id| (0..whole.len()).filter(|&a| graph.nodes[piece].shape[a] != whole[a]).collect::<Vec<_>>();
    let [axis] = cut(pieces[0].0)[..] else { return None };
    if pieces.iter().any(|(piece, _)| cut(*piece) != [axis]) {
        return None;
    }
    pieces.sort_by_key(|(_, begin)| begin[axis]);
    let mut at = 0;
    for (piece, begin) in &pieces {
        if begin[axis] != at {
            return None;
        }
        at += graph.nodes[*piece].shape[axis];
    }
    (at == whole[axis]).then(|| (axis, pieces.into_iter().map(|(piece, _)| piece).collect()))
}

fn depends_on(graph: &Graph, targets: &[Id]) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    for &target in targets {
        needed[target] = true;
    }
    for id in 0..graph.nodes.len() {
        if graph.nodes[id].inputs().iter().any(|&i| needed[i]) {
            needed[id] = true;
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slices that cover a value, each used once: its gradient is one concatenation.
    #[test]
    fn gradient_of_a_split_is_a_concatenation() {
        let mut graph = Graph::default();
        let x = graph.leaf(Source::Input(0), vec![3, 6], DType::F32);
        let slice = |graph: &mut Graph, from: i32, size: i32| {
            let attrs = [[0, from], [3, size], [1, 1]].map(|a| Attr::Ints(a.to_vec()));
            graph.call(&ops::slice::OP, &[x], attrs.to_vec())
        };
        let (left, right) = (slice(&mut graph, 0, 2), slice(&mut graph, 2, 4));
        let sums = [left, right].map(|part| {
            let square = graph.call(&ops::elementwise::square::OP, &[part], vec![]);
            graph.call(&ops::reduce::sum::OP, &[square], vec![Attr::Ints(vec![0, 1]), Attr::Bool(false)])
        });
        let loss = (&mut graph as &mut dyn Emit).add(sums[0], sums[1]);
        let gradient = gradients(&mut graph, loss, &[x])[0].expect("x has a gradient");
        let Source::Call { op, inputs, .. } = &graph.nodes[gradient].source else { panic!("no call") };
        assert_eq!((op.name, inputs.len()), ("concat", 2));
    }
}
