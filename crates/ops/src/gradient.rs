//! What several gradients share.

use crate::op::{Call, Emit, Id};

/// The gradient of a broadcast input: summed over what was repeated.
pub fn to_input(e: &mut dyn Emit, call: &Call, input: usize, gradient: Id) -> Id {
    let shape = e.shape(call.inputs[input]);
    let full = e.shape(call.y);
    // A gradient that doesn't depend on the other input may still have the small shape of a constant.
    let gradient = if e.shape(gradient) == full { gradient } else { e.broadcast_to(gradient, &full) };
    e.sum_to(gradient, &shape)
}

/// Gradients of x and y under max(x, y): to the larger one, half to each where they are equal.
pub fn of_larger(e: &mut dyn Emit, x: Id, y: Id, dy: Id) -> (Id, Id) {
    let above = e.greater(x, y);
    let equal = e.equal(x, y);
    let half = e.scale(equal, 0.5);
    let to_x = e.add(above, half);
    let one = e.number(1.0);
    let to_y = e.sub(one, to_x);
    (e.mul(dy, to_x), e.mul(dy, to_y))
}
