//! Chains of elementwise calls as one record.

use super::Layout;
use crate::graph::pattern;
use crate::units::{function, Unit};
use kernels::fused::{Fused, Instruction, Operand};
use ops::Id;
use parallel::Span;

impl Layout<'_> {
    /// The chain as instructions; as an epilogue its first operand is the product.
    pub(super) fn fused(&self, unit: &Unit, product: Option<(Id, Span)>) -> Fused {
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
