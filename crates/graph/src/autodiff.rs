//! Reverse-mode differentiation: gradients are calls added to the same graph.

use crate::graph::{Graph, Source};
use kernels::DType;
use ops::{Attrs, Call, Emit, Id};

/// Adds the gradients of a scalar with respect to `targets`; `None` where it doesn't depend on one.
pub fn gradients(graph: &mut Graph, loss: Id, targets: &[Id]) -> Vec<Option<Id>> {
    let needed = depends_on(graph, targets);
    let mut gradient: Vec<Option<Id>> = vec![None; graph.nodes.len()];
    graph.origin = graph.nodes[loss].origin;
    let one = (graph as &mut dyn Emit).number(1.0);
    gradient[loss] = Some(one);
    for id in (0..=loss).rev() {
        let Some(dy) = gradient[id] else { continue };
        if !needed[id] {
            continue;
        }
        let Source::Call { op, inputs, attrs } = graph.nodes[id].source.clone() else { continue };
        let Some(vjp) = op.vjp else { continue };
        graph.origin = graph.nodes[id].origin;
        let call = Call { inputs: &inputs, attrs: Attrs(&attrs), y: id, dy };
        let parts = vjp(graph, &call);
        for (&input, part) in inputs.iter().zip(parts) {
            let Some(part) = part.filter(|_| needed[input] && graph.nodes[input].dtype == DType::F32) else { continue };
            debug_assert_eq!(graph.nodes[part].shape, graph.nodes[input].shape, "gradient of {}", op.name);
            gradient[input] = Some(match gradient[input] {
                Some(sum) => (graph as &mut dyn Emit).add(sum, part),
                None => part,
            });
        }
    }
    targets.iter().map(|&t| gradient[t]).collect()
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
