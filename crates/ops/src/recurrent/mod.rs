//! Recurrent networks over whole sequences: one operation for all cells, and what its gradient is made of.
//!
//! In a program that is differentiated the call becomes two: one that keeps what the gradient needs in one buffer, the
//! result behind it, and one that takes the result. So the walk is made once, and a prediction keeps nothing.
//! Where the input is narrow, the walk projects it on the way. No layer asks for any of that: `crates/graph/src/walk.rs` does.

pub mod inner_grad;
pub mod kernel_grad;
pub mod sequence;
pub mod sequence_grad;
pub mod sequence_result;
pub mod sequence_walk;

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
/// Attributes of internal operations: the shape that they make, [batch, steps, units] and what is multiplied before the
/// state, then those of the sequence.
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
    let sizes = [walk.batch, walk.steps, walk.units, walk.ahead];
    [Attr::ints(shape.iter().copied()), Attr::ints(sizes)].into_iter().chain(own.iter().cloned()).collect()
}

/// The walk of an internal operation.
fn inside(attrs: Attrs) -> Walk {
    let [batch, steps, units, ahead] = std::array::from_fn(|i| attrs.ints(1)[i] as usize);
    walk([batch, steps, units], Some(ahead), Attrs(&attrs.0[OWN..])).expect(CHECKED)
}

/// Whether the walk of an internal operation projects its input.
fn plain(attrs: Attrs) -> bool {
    inside(attrs).ahead > attrs.bool(OWN + 7) as usize
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

/// What a sequence had better be: the values and attributes of `sequence_walk`, and those of `sequence_result`.
pub struct Better {
    pub values: Vec<Id>,
    pub walk: Vec<Attr>,
    /// None if nothing is kept.
    pub result: Option<Vec<Attr>>,
}

/// A sequence of these values, of this shape, if it is differentiated or projects its input [x, kernel, bias] itself.
pub fn better(
    e: &dyn Emit,
    values: &[Id],
    shape: &[usize],
    attrs: &[Attr],
    projection: Option<[Id; 3]>,
    differentiated: bool,
) -> Option<Better> {
    let (projected, recurrent) = (e.shape(values[0]), e.shape(values[1]));
    let of = |ahead| walk([projected[0], projected[1], recurrent[0]], ahead, Attrs(attrs)).expect(CHECKED);
    let size = |[_, kernel, _]: [Id; 3]| e.shape(kernel)[0];
    let projection = projection.filter(|&p| of(None).takes_plain(size(p)));
    if projection.is_none() && !differentiated {
        return None;
    }
    let walk = of(projection.map(|p| 1 + size(p)));
    let own = |shape: &[usize]| internal(shape, &walk, attrs);
    Some(Better {
        values: projection.as_ref().map_or(&values[..1], |p| &p[..]).iter().chain(&values[1..]).copied().collect(),
        walk: if differentiated { own(&[walk.keep_words()]) } else { own(shape) },
        result: differentiated.then(|| own(shape)),
    })
}

/// Gradients of the values of a walk, with what was kept behind them.
fn gradients(e: &mut dyn Emit, c: &Call) -> Vec<Option<Id>> {
    let (walk, own) = (inside(c.attrs), &c.attrs.0[OWN..]);
    let (&keep, given) = c.inputs.split_last().expect("what was kept comes last");
    let (input, rest) = given.split_at(if plain(c.attrs) { 3 } else { 1 });
    let Walk { batch, steps, units, .. } = walk;
    let (width, first) = (walk.width(), batch * units);
    let projected = batch * steps * width;
    let names = names(Attrs(own));
    let states = names.iter().filter(|n| ["h", "c"].contains(n)).count();
    let whole = [batch, steps, width];
    let flat = [projected + states * first];
    let shape: &[usize] = if states > 0 { &flat } else { &whole };
    let inputs: Vec<Id> = [keep, c.dy].iter().chain(rest).copied().collect();
    let all = e.call(&sequence_grad::OP, &inputs, internal(shape, &walk, own));
    let dx = if states > 0 { e.part(all, 0, &whole) } else { all };
    let inner =
        if walk.cell == Cell::Gru { e.call(&inner_grad::OP, &[keep, dx], internal(&whole, &walk, own)) } else { dx };
    let weights = e.call(&kernel_grad::OP, &[keep, inner], internal(&[walk.line(), width], &walk, own));
    let bias = e.part(weights, 0, &[width]);
    let mut gradients = match *input {
        [x, kernel, _] => {
            let (shape, of_kernel) = (e.shape(x), e.shape(kernel));
            let rows: Vec<usize> = shape[..shape.len() - 1].iter().copied().chain([width]).collect();
            let dx = e.reshape(dx, &rows);
            vec![Some(e.matmul(dx, kernel, false, true)), Some(e.part(weights, width, &of_kernel)), Some(bias)]
        }
        _ => vec![Some(dx)],
    };
    gradients.push(Some(e.part(weights, walk.ahead * width, &[units, width])));
    for name in names {
        gradients.push(match name {
            "bias" => Some(bias),
            "h" => Some(e.part(all, projected, &[batch, units])),
            "c" => Some(e.part(all, projected + first, &[batch, units])),
            _ => None,
        });
    }
    gradients.push(None);
    gradients
}
