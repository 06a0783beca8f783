//! Walks along sequences, made better: one keeps what its gradient needs, and one with a narrow input projects that itself, a
//! step at a time, so that what becomes of it is never in memory.

use crate::graph::{Graph, Node};
use ops::recurrent::{self, sequence, sequence_result, sequence_walk, Better};
use ops::{elementwise, matmul, reshape, Id};

/// What is to be taken instead of a value that was just made: the value itself, unless it is a sequence.
pub fn better(graph: &mut Graph, id: Id, differentiated: bool) -> Result<Id, String> {
    let node = &graph.nodes[id];
    if !node.is(&sequence::OP) {
        return Ok(id);
    }
    let projection = projection(graph, node);
    let better = recurrent::better(graph, node.inputs(), &node.shape, node.attrs().0, projection, differentiated);
    let Some(Better { mut values, walk, result }) = better else { return Ok(id) };
    let kept = graph.try_call(&sequence_walk::OP, &values, walk)?;
    match result {
        Some(result) => {
            values.push(kept);
            graph.try_call(&sequence_result::OP, &values, result)
        }
        None => Ok(kept),
    }
}

/// Input, kernel and bias of which a sequence's input is the projection.
fn projection(graph: &Graph, sequence: &Node) -> Option<[Id; 3]> {
    let inputs = |id: Id, op: &'static ops::Op| graph.nodes[id].is(op).then(|| graph.nodes[id].inputs());
    let shape = |id: Id| &graph.nodes[id].shape[..];
    let projected = sequence.inputs()[0];
    // Layers project all steps of all rows as one matrix.
    let flat = inputs(projected, &reshape::OP).map_or(projected, |flat| flat[0]);
    let &[product, bias] = inputs(flat, &elementwise::add::OP)? else { return None };
    let &[x, kernel] = inputs(product, &matmul::OP)? else { return None };
    let flags = graph.nodes[product].attrs();
    let width = shape(projected).last();
    // Neither kernel nor bias may be repeated.
    let plain = !flags.bool(0) && !flags.bool(1) && shape(kernel).len() == 2 && shape(kernel).last() == width;
    (plain && shape(bias).len() == 1 && shape(bias).last() == width).then_some([x, kernel, bias])
}
