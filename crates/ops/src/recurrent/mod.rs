//! Recurrent networks over whole sequences: one operation for all cells, and what its gradient is made of.
//!
//! In a program that is differentiated the call becomes two: one that keeps what the gradient needs in one buffer, the
//! result behind it, and one that takes the result. So the walk is made once, and a prediction keeps nothing.
//! Where the input is narrow and nothing else reads its projection, the walk makes that too (`plain.rs`): no layer asks for it,
//! `crates/graph/src/inside.rs` finds where it fits.

pub mod inner_grad;
pub mod keep;
pub mod kernel_grad;
pub mod plain;
pub mod sequence;
pub mod sequence_grad;
pub mod sequence_result;

#[cfg(any(test, feature = "reference"))]
mod reference;

use crate::op::{optional, required, Attr, AttrKind, AttrSpec, Attrs, Call, Emit, Id};
use crate::shape::recurrent::{names, walk};
use kernels::rnn::{Cell, Values, Walk};
use parallel::Span;

const CELL: AttrSpec = required("cell", AttrKind::I32);
const ACTIVATION: AttrSpec = optional("activation", AttrKind::I32, "0");
const GATE_ACTIVATION: AttrSpec = optional("gateActivation", AttrKind::I32, "1");
const BACKWARDS: AttrSpec = optional("backwards", AttrKind::Bool, "false");
const ZERO_OUTPUT: AttrSpec = optional("zeroOutput", AttrKind::Bool, "false");
const SEQUENCES: AttrSpec = optional("sequences", AttrKind::Bool, "false");
const STATES: AttrSpec = optional("states", AttrKind::Bool, "false");
const BIAS: AttrSpec = optional("bias", AttrKind::Bool, "false");
const NOISE: AttrSpec = optional("noise", AttrKind::Bool, "false");
const INITIAL: AttrSpec = optional("initial", AttrKind::Bool, "false");
const MASK: AttrSpec = optional("mask", AttrKind::Bool, "false");
/// Attributes of internal operations: the shape that they make, [batch, steps, units], then those of the walk.
const INTERNAL: &[AttrSpec] = &[
    required("shape", AttrKind::Ints),
    required("sizes", AttrKind::Ints),
    CELL,
    ACTIVATION,
    GATE_ACTIVATION,
    BACKWARDS,
    ZERO_OUTPUT,
    SEQUENCES,
    STATES,
    BIAS,
    NOISE,
    INITIAL,
    MASK,
];
/// Where the walk's attributes begin there.
const OWN: usize = 2;

const CHECKED: &str = "checked by the shape rule of the sequence";

/// The attributes of an internal operation.
fn internal(shape: &[usize], walk: &Walk, own: &[Attr]) -> Vec<Attr> {
    let sizes = [walk.batch, walk.steps, walk.units];
    [Attr::ints(shape.iter().copied()), Attr::ints(sizes)].into_iter().chain(own.iter().cloned()).collect()
}

/// The walk of an internal operation.
fn inside(attrs: Attrs) -> Walk {
    let sizes = attrs.ints(1);
    walk([sizes[0] as usize, sizes[1] as usize, sizes[2] as usize], Attrs(&attrs.0[OWN..])).expect(CHECKED)
}

/// The spans of the values that a call has beside its first.
fn values(own: Attrs, rest: &[Span]) -> Values {
    let mut values = Values::default();
    for (name, &span) in names(own).iter().zip(rest) {
        match *name {
            "bias" => values.bias = Some(span),
            "noise" => values.noise = Some(span),
            "h" => values.first[0] = Some(span),
            "c" => values.first[1] = Some(span),
            _ => values.mask = Some(span),
        }
    }
    values
}

/// The call as two calls for a program that will be differentiated: attributes of `keep` and of `sequence_result`.
pub fn keeping(shapes: &[Vec<usize>], shape: &[usize], attrs: &[Attr]) -> (Vec<Attr>, Vec<Attr>) {
    let sizes = [shapes[0][0], shapes[0][1], shapes[1][0]];
    let walk = walk(sizes, Attrs(attrs)).expect(CHECKED);
    (internal(&[walk.keep_words()], &walk, attrs), internal(shape, &walk, attrs))
}

/// Gradients of the values of a sequence, with what was kept behind them.
fn gradients(e: &mut dyn Emit, c: &Call) -> Vec<Option<Id>> {
    let (walk, own) = (inside(c.attrs), &c.attrs.0[OWN..]);
    let (&keep, given) = c.inputs.split_last().expect("what was kept comes last");
    let Walk { batch, steps, units, .. } = walk;
    let (projected, first) = (batch * steps * walk.width(), batch * units);
    let names = names(Attrs(own));
    let states = names.iter().filter(|n| ["h", "c"].contains(n)).count();
    let whole = [batch, steps, walk.width()];
    let flat = [projected + states * first];
    let shape: &[usize] = if states > 0 { &flat } else { &whole };
    let inputs: Vec<Id> = [keep, c.dy].iter().chain(&given[1..]).copied().collect();
    let all = e.call(&sequence_grad::OP, &inputs, internal(shape, &walk, own));
    let dx = if states > 0 { e.part(all, 0, &whole) } else { all };
    let inner =
        if walk.cell == Cell::Gru { e.call(&inner_grad::OP, &[keep, dx], internal(&whole, &walk, own)) } else { dx };
    let kernel = e.call(&kernel_grad::OP, &[keep, inner], internal(&[units, walk.width()], &walk, own));
    let mut gradients = vec![Some(dx), Some(kernel)];
    for name in names {
        gradients.push(match name {
            "bias" => Some(e.sum(inner, [0, 1], false)),
            "h" => Some(e.part(all, projected, &[batch, units])),
            "c" => Some(e.part(all, projected + first, &[batch, units])),
            _ => None,
        });
    }
    gradients.push(None);
    gradients
}
