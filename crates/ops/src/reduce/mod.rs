//! Reductions over axes; the gradients of the order statistics are shared by equal elements.

pub mod max;
pub mod mean;
pub mod min;
pub mod sum;

use crate::op::{Attrs, Call, Emit, Id, Lowering, Push};
use kernels::reduce::{self, Kind};

/// The reduced axes as one block: [outer, axis, inner]. `None` if they don't lie side by side.
pub fn block(shape: &[usize], attrs: Attrs) -> Option<(usize, usize, usize)> {
    let mut axes = crate::shape::axes(attrs.ints(0), shape.len()).ok()?;
    axes.sort_unstable();
    let product = |s: &[usize]| s.iter().product::<usize>();
    let (Some(&first), Some(&last)) = (axes.first(), axes.last()) else {
        return Some((product(shape), 1, 1));
    };
    (last - first + 1 == axes.len())
        .then(|| (product(&shape[..first]), product(&shape[first..=last]), product(&shape[last + 1..])))
}

const SPLIT: &str = "axes side by side: the graph splits other reductions";

pub(crate) fn lower(kind: Kind, l: Lowering, push: Push) {
    let (outer, axis, inner) = block(&l.shapes[0], l.attrs).expect(SPLIT);
    reduce::lower(kind, l.inputs[0], l.out, l.workspace, [outer, axis, inner], push);
}

pub(crate) fn workspace(kind: Kind, shape: &[usize], attrs: Attrs) -> usize {
    let (outer, axis, inner) = block(shape, attrs).expect(SPLIT);
    reduce::workspace(kind, outer, axis, inner)
}

/// A value with the reduced axes dropped, spread over them again.
pub(crate) fn spread(e: &mut dyn Emit, c: &Call, value: Id) -> Id {
    let shape = e.shape(c.inputs[0]);
    let axes = crate::shape::axes(c.attrs.ints(0), shape.len()).unwrap_or_default();
    let kept: Vec<usize> = shape.iter().enumerate().map(|(i, &d)| if axes.contains(&i) { 1 } else { d }).collect();
    let value = e.reshape(value, &kept);
    e.broadcast_to(value, &shape)
}

/// Gradient of max and min: shared equally by the elements that equal the result.
pub(crate) fn of_extreme(e: &mut dyn Emit, c: &Call) -> Vec<Option<Id>> {
    let axes: Vec<usize> = crate::shape::axes(c.attrs.ints(0), e.shape(c.inputs[0]).len()).unwrap_or_default();
    let y = spread(e, c, c.y);
    let hit = e.equal(c.inputs[0], y);
    let count = e.sum(hit, axes, true);
    let shape = e.shape(c.inputs[0]);
    let count = e.broadcast_to(count, &shape);
    let dy = spread(e, c, c.dy);
    let share = e.div(dy, count);
    vec![Some(e.mul(share, hit))]
}

#[cfg(any(test, feature = "reference"))]
pub(crate) mod reference {
    use crate::prelude::*;
    use crate::sample::{places, Reference};

    /// Folds every line; `fold` sees the line's numbers.
    pub fn lines(r: &Reference, fold: fn(&[f64]) -> f64) -> Vec<f64> {
        let shape = &r.shapes[0];
        let axes = crate::shape::axes(r.attrs.ints(0), shape.len()).unwrap_or_default();
        let size = r.shape.iter().product();
        let mut lines = vec![Vec::new(); size];
        for (place, &x) in places(shape).iter().zip(&r.inputs[0]) {
            let kept = place.iter().zip(shape).enumerate().filter(|(i, _)| !axes.contains(i));
            lines[kept.fold(0, |at, (_, (&p, &d))| at * d + p)].push(x);
        }
        lines.iter().map(|line| fold(line)).collect()
    }

    pub fn samples() -> Vec<Sample> {
        let attrs = |axes: &[i32], keep| vec![Attr::Ints(axes.to_vec()), Attr::Bool(keep)];
        vec![
            Sample::of(&[&[3, 5]]).attrs(attrs(&[1], false)),
            Sample::of(&[&[3, 5]]).attrs(attrs(&[0], true)),
            Sample::of(&[&[2, 3, 4]]).attrs(attrs(&[-1, 0], false)),
            Sample::of(&[&[2, 3, 4]]).attrs(attrs(&[0, 1, 2], false)),
            Sample::of(&[&[7]]).attrs(attrs(&[], false)),
            Sample::of(&[&[2, 3]]).attrs(attrs(&[2], false)).invalid(),
            Sample::of(&[&[2, 3]]).attrs(attrs(&[1, -1], false)).invalid(),
        ]
    }
}
