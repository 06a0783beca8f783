//! Order of calls around a pooling to the largest cells.
//!
//! relu(x), pooled, is done the other way round: the largest of numbers that a function which never falls has made is what it makes of the largest. So the results are the
//! same, and so are the gradients, as relu passes none where its result is 0 and changes no other number. But relu then has
//! as many numbers as there are windows, forwards and backwards.
//!
//! The pooling's gradient is made where it is used, where that is the gradient of a convolution's kernel alone: an image as
//! large as the convolution's result is never in memory.

use crate::decode::Program;
use crate::graph::Source;
use crate::units::live;
use ops::window::pooled_conv2d_kernel_grad;
use ops::{elementwise, window, Attr, Id};

/// Moves each relu behind the pooling of its result, where nothing else reads that.
pub fn pool_first(program: &mut Program) {
    let mut uses = vec![0; program.graph.nodes.len()];
    let read = program.graph.nodes.iter().flat_map(|node| node.inputs().iter().copied());
    read.chain(program.results()).chain(program.loss).for_each(|id: Id| uses[id] += 1);
    for pool in 0..uses.len() {
        let nodes = &mut program.graph.nodes;
        let Some(&relu) = nodes[pool].inputs().first() else { continue };
        if !(nodes[pool].is(&window::max_pool2d::OP) && nodes[relu].is(&elementwise::relu::OP) && uses[relu] == 1) {
            continue;
        }
        // The two nodes exchange their calls; whoever reads the second still does.
        let (before, after) = nodes.split_at_mut(pool);
        let (relu_node, pool_node) = (&mut before[relu], &mut after[0]);
        std::mem::swap(&mut relu_node.source, &mut pool_node.source);
        std::mem::swap(&mut relu_node.origin, &mut pool_node.origin);
        relu_node.shape.clone_from(&pool_node.shape);
        let sources = [&mut relu_node.source, &mut pool_node.source];
        if let [Source::Call { inputs: pooled, .. }, Source::Call { inputs: cut, .. }] = sources {
            std::mem::swap(pooled, cut);
        }
        [relu, pool].into_iter().for_each(|id| program.graph.forget(id));
    }
}

/// Makes poolings' gradients inside of the kernels' gradients that alone read them.
pub fn spread_inside(program: &mut Program) {
    let roots = program.roots();
    let live = live(&program.graph, &roots);
    let mut uses = vec![0; live.len()];
    let read = program.graph.nodes.iter().zip(&live).filter(|(_, &live)| live).flat_map(|(node, _)| node.inputs());
    read.chain(&roots).for_each(|&id| uses[id] += 1);
    for id in (0..uses.len()).filter(|&id| live[id]) {
        let graph = &program.graph;
        let (node, &[x, spread]) = (&graph.nodes[id], graph.nodes[id].inputs()) else { continue };
        let pool = &graph.nodes[spread];
        let alone = node.is(&window::conv2d_kernel_grad::OP) && pool.is(&window::max_pool2d_grad::OP);
        let &[y, dy] = pool.inputs() else { continue };
        if !alone || uses[spread] > 1 {
            continue;
        }
        let attrs: Vec<Attr> = node.attrs().0.iter().chain(pool.attrs().0).cloned().collect();
        let shape = |id: Id| &graph.nodes[id].shape[..];
        if pooled_conv2d_kernel_grad::fits(shape(x), shape(id), shape(y), &attrs) {
            let inputs = vec![x, y, dy];
            program.graph.nodes[id].source = Source::Call { op: &pooled_conv2d_kernel_grad::OP, inputs, attrs };
            program.graph.forget(id);
        }
    }
}
