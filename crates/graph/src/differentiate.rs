//! What a program's gradients are of, and what becomes of them.

use crate::autodiff;
use crate::decode::Program;
use crate::graph::Source;
use crate::ParameterTable;
use kernels::DType;
use ops::Id;

/// The gradients of inputs and trainable parameters become outputs; zeros where the loss doesn't depend on them.
pub fn append_gradients(program: &mut Program, table: &ParameterTable) {
    let inputs: Vec<Id> = program.inputs.iter().map(|&(id, _)| id).collect();
    let loss = program.loss.expect("the decoder refuses gradients without a loss");
    let found = autodiff::gradients(&mut program.graph, loss, &inputs);
    let parameters = differentiate(program, table);
    let shapes = inputs.iter().map(|&id| program.graph.nodes[id].shape.clone()).collect::<Vec<_>>();
    let of_inputs = found.into_iter().zip(shapes);
    let of_parameters = parameters.into_iter().map(|(p, gradient)| (gradient, table.entries[p].shape.clone()));
    for (gradient, shape) in of_inputs.chain(of_parameters) {
        let value = gradient.unwrap_or_else(|| (&mut program.graph as &mut dyn ops::Emit).fill(0.0, &shape));
        program.outputs.push(value);
    }
}

/// Gradients of the loss for every trainable parameter, used or not.
pub fn differentiate(program: &mut Program, table: &ParameterTable) -> Vec<(usize, Option<Id>)> {
    let nodes = &program.graph.nodes;
    let targets: Vec<(usize, Id)> = nodes
        .iter()
        .enumerate()
        .filter_map(|(id, node)| match node.source {
            Source::Parameter(p) if table.entries[p].trainable && node.dtype == DType::F32 => Some((p, id)),
            _ => None,
        })
        .collect();
    let loss = program.loss.expect("the decoder refuses a training program without a loss");
    let ids: Vec<Id> = targets.iter().map(|t| t.1).collect();
    let found = autodiff::gradients(&mut program.graph, loss, &ids);
    let by_parameter = |p: usize| targets.iter().zip(&found).find(|(t, _)| t.0 == p).and_then(|(_, g)| *g);
    let trainable = table.entries.iter().enumerate().filter(|(_, e)| e.trainable);
    trainable.map(|(p, _)| (p, by_parameter(p))).collect()
}
