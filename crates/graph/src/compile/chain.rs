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
        let mut chain = Fused { registers: operands.len() + instructions.len(), operands, instructions, outputs, len };
        reuse_registers(&mut chain);
        chain
    }
}

/// Gives the register of what no later instruction reads to the next result, so that a long chain takes little of L1. Operands and
/// outputs keep theirs, whose blocks may be parts of values in memory.
fn reuse_registers(chain: &mut Fused) {
    let operands = chain.operands.len();
    let mut last_read = vec![0; chain.registers];
    for (i, instruction) in chain.instructions.iter().enumerate() {
        instruction.inputs.iter().for_each(|&r| last_read[r as usize] = i);
    }
    let kept = |r: usize| r < operands || chain.outputs.iter().any(|output| output.0 as usize == r);
    let mut place: Vec<u8> = (0..operands as u8).collect();
    let mut free: Vec<u8> = Vec::new();
    chain.registers = operands;
    for (i, instruction) in chain.instructions.iter_mut().enumerate() {
        free.extend((operands..operands + i).filter(|&r| last_read[r] == i && !kept(r)).map(|r| place[r]));
        let reused = if kept(operands + i) { None } else { free.pop() };
        place.push(reused.unwrap_or(chain.registers as u8));
        chain.registers += reused.is_none() as usize;
        instruction.inputs = instruction.inputs.map(|r| place[r as usize]);
        instruction.out = place[operands + i];
    }
    chain.outputs.iter_mut().for_each(|output| output.0 = place[output.0 as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernels::functions::Function;
    use parallel::Space;

    /// What each output is made of.
    fn outputs(chain: &Fused) -> Vec<String> {
        let mut registers: Vec<String> = (0..chain.registers).map(|r| format!("operand {r}")).collect();
        for Instruction { function, inputs, out, .. } in &chain.instructions {
            let read: Vec<&str> = inputs.iter().map(|&r| registers[r as usize].as_str()).collect();
            registers[*out as usize] = format!("{function:?}({})", read.join(", "));
        }
        chain.outputs.iter().map(|output| registers[output.0 as usize].clone()).collect()
    }

    #[test]
    fn registers_are_reused_but_for_operands_and_outputs() {
        let span = Span { space: Space::Arena, offset: 0, len: 8 };
        let step = |function, inputs, out| Instruction { function, inputs, out, imm: [0.0; 2] };
        let mut chain = Fused {
            operands: vec![Operand::Span { span, inner: 1, count: 8 }, Operand::Constant(2.0)],
            instructions: vec![
                step(Function::Exp, [0, 0, 0], 2),
                step(Function::Exp, [2, 2, 2], 3),
                step(Function::Add, [3, 2, 3], 4),
                step(Function::Mul, [4, 1, 4], 5),
                step(Function::Exp, [5, 5, 5], 6),
                step(Function::Mul, [6, 0, 6], 7),
                step(Function::Add, [7, 5, 7], 8),
            ],
            outputs: vec![(5, span), (8, span)],
            registers: 9,
            len: 8,
        };
        let wanted = outputs(&chain);
        reuse_registers(&mut chain);
        assert_eq!(outputs(&chain), wanted);
        assert_eq!(
            chain.registers,
            2 + 2 + 2,
            "operands, outputs, and two results at a time: {:?}",
            chain.instructions
        );
    }
}
