//! Order of calls: relu(x), pooled to its largest cells, is done the other way round.
//!
//! The largest of numbers that a function which never falls has made is what it makes of the largest. So the results are the
//! same, and so are the gradients, as relu passes none where its result is 0 and changes no other number. But relu then has
//! as many numbers as there are windows, forwards and backwards.

use crate::decode::Program;
use crate::graph::Source;
use ops::{elementwise, window, Id};

/// Moves each relu behind the pooling of its result, where nothing else reads that.
pub fn pool_first(program: &mut Program) {
    let roots: Vec<Id> = program.roots().into_iter().chain(program.loss).collect();
    let uses = program.graph.uses(&roots);
    for pool in 0..uses.len() {
        let nodes = &mut program.graph.nodes;
        let Some(&relu) = nodes[pool].inputs().first() else { continue };
        if !(nodes[pool].is(&window::max_pool2d::OP)
            && uses[pool] > 0
            && nodes[relu].is(&elementwise::relu::OP)
            && uses[relu] == 1)
        {
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
