//! Sequences that a cell walks.

use crate::op::Attrs;
use kernels::rnn::{Activation, Cell, Walk};

/// The walk that the attributes of a sequence describe, for [batch, steps, units], with the bias of its recurrent product or so
/// many numbers else that are multiplied before the state.
pub fn walk([batch, steps, units]: [usize; 3], ahead: Option<usize>, attrs: Attrs) -> Result<Walk, String> {
    let cell = Cell::from_code(attrs.i32(0)).ok_or_else(|| format!("there is no cell {}", attrs.i32(0)))?;
    let activation = |i: usize| {
        Activation::from_code(attrs.i32(i)).ok_or_else(|| format!("there is no activation {}", attrs.i32(i)))
    };
    Ok(Walk {
        cell,
        activation: activation(1)?,
        gate_activation: activation(2)?,
        batch,
        steps,
        units,
        ahead: ahead.unwrap_or(attrs.bool(7) as usize),
        backwards: attrs.bool(3),
        zero_output: attrs.bool(4),
        sequences: attrs.bool(5),
        states: attrs.bool(6),
    })
}

/// What the values after the recurrent weights are, in order.
pub fn names(attrs: Attrs) -> Vec<&'static str> {
    let lstm = attrs.i32(0) == 1;
    let flags = [("bias", 7), ("noise", 8), ("h", 9), ("c", 9), ("mask", 10)];
    flags.into_iter().filter(|&(name, flag)| attrs.bool(flag) && (name != "c" || lstm)).map(|(name, _)| name).collect()
}

/// The shape of a sequence's result.
pub fn sequence(shapes: &[Vec<usize>], attrs: Attrs) -> Result<Vec<usize>, String> {
    let names = names(attrs);
    if shapes.len() != 2 + names.len() {
        return Err(format!("takes {} values, received {}", 2 + names.len(), shapes.len()));
    }
    let (&[batch, steps, width], &[units, columns]) = (&shapes[0][..], &shapes[1][..]) else {
        return Err(format!("needs [batch, steps, gates·units] and recurrent weights, received {shapes:?}"));
    };
    let walk = walk([batch, steps, units], None, attrs)?;
    if steps == 0 || units == 0 {
        return Err("a sequence needs at least one step, and a state at least one unit".into());
    }
    if units.checked_mul(walk.cell.gates()) != Some(width) || columns != width {
        return Err(format!("{} gates of {units} units don't fit {shapes:?}", walk.cell.gates()));
    }
    if attrs.bool(7) && walk.cell != Cell::Gru {
        return Err("only a GRU has a bias of the recurrent product".into());
    }
    for (name, shape) in names.iter().zip(&shapes[2..]) {
        let expected = match *name {
            "bias" => vec![width],
            "mask" => vec![batch, steps],
            _ => vec![batch, units],
        };
        if *shape != expected {
            return Err(format!("{name} must be {expected:?}, received {shape:?}"));
        }
    }
    Ok(vec![batch, walk.outputs(), units])
}
