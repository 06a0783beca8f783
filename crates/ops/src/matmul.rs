//! Matrix product over the last two axes; leading axes are batches, equal on both sides or missing on one.

use crate::op::{Attrs, Call, Emit, Id};
use crate::prelude::*;
use kernels::gemm;

pub static OP: Op = Op {
    name: "matmul",
    inputs: &["a", "b"],
    attrs: &[optional("transposeA", Bool, "false"), optional("transposeB", Bool, "false")],
    rule: Rule::Matmul,
    lower: Lower::Records {
        workspace: |shapes, _, attrs| gemm::workspace(&shape(shapes, attrs)),
        lower: |l, push| {
            let shape = shape(l.shapes, l.attrs);
            gemm::lower(shape, l.inputs[0], l.inputs[1], l.out, l.workspace, l.epilogue, push)
        },
    },
    vjp: Some(|e, c| vec![Some(of_a(e, c)), Some(of_b(e, c))]),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let (ta, tb) = (r.attrs.bool(0), r.attrs.bool(1));
        r.each(|p| {
            let (lead, (i, j)) = (&p[..p.len() - 2], (p[p.len() - 2], p[p.len() - 1]));
            let rank = r.shapes[0].len();
            let k = r.shapes[0][if ta { rank - 2 } else { rank - 1 }];
            let place = |x: usize, y: usize| lead.iter().copied().chain([x, y]).collect::<Vec<_>>();
            let a = |q| if ta { place(q, i) } else { place(i, q) };
            let b = |q| if tb { place(j, q) } else { place(q, j) };
            (0..k).map(|q| r.at(0, &a(q)) * r.at(1, &b(q))).sum()
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let flags = |a, b| vec![Attr::Bool(a), Attr::Bool(b)];
        vec![
            Sample::of(&[&[3, 4], &[4, 5]]).attrs(flags(false, false)),
            Sample::of(&[&[4, 3], &[4, 5]]).attrs(flags(true, false)),
            Sample::of(&[&[3, 4], &[5, 4]]).attrs(flags(false, true)),
            Sample::of(&[&[4, 3], &[5, 4]]).attrs(flags(true, true)),
            Sample::of(&[&[2, 3, 4], &[2, 4, 5]]).attrs(flags(false, false)),
            Sample::of(&[&[2, 4, 3], &[2, 5, 4]]).attrs(flags(true, true)),
            Sample::of(&[&[2, 3, 4], &[4, 5]]).attrs(flags(false, false)),
            Sample::of(&[&[2, 4, 3], &[5, 4]]).attrs(flags(true, true)),
            Sample::of(&[&[3, 4], &[2, 4, 5]]).attrs(flags(false, false)),
            Sample::of(&[&[17, 33], &[33, 9]]).attrs(flags(false, false)),
            Sample::of(&[&[0, 4], &[4, 5]]).attrs(flags(false, false)),
            Sample::of(&[&[3, 4], &[3, 5]]).attrs(flags(false, false)).invalid(),
            Sample::of(&[&[4], &[4, 5]]).attrs(flags(false, false)).invalid(),
            Sample::of(&[&[2, 3, 4], &[3, 4, 5]]).attrs(flags(false, false)).invalid(),
        ]
    },
};

fn shape(shapes: &[Vec<usize>], attrs: Attrs) -> gemm::Shape {
    let (a, b) = (&shapes[0], &shapes[1]);
    let (transpose_a, transpose_b) = (attrs.bool(0), attrs.bool(1));
    let (ra, rb) = (a.len() - 2, b.len() - 2);
    let (m, k) = if transpose_a { (a[ra + 1], a[ra]) } else { (a[ra], a[ra + 1]) };
    let n = if transpose_b { b[rb] } else { b[rb + 1] };
    let lead = |s: &[usize]| s[..s.len() - 2].iter().product::<usize>();
    let batch = lead(a).max(lead(b)) * (lead(a).min(lead(b)) > 0) as usize;
    if rb == 0 && !transpose_a {
        // One tall product instead of many with the same right side.
        return gemm::Shape { batch: 1, m: lead(a) * m, n, k, transpose_a, transpose_b, stride_a: 0, stride_b: 0 };
    }
    let stride_a = if ra == 0 { 0 } else { m * k };
    let stride_b = if rb == 0 { 0 } else { n * k };
    gemm::Shape { batch, m, n, k, transpose_a, transpose_b, stride_a, stride_b }
}

fn of_a(e: &mut dyn Emit, c: &Call) -> Id {
    let (ta, tb) = (c.attrs.bool(0), c.attrs.bool(1));
    let full = if ta { e.matmul(c.inputs[1], c.dy, tb, true) } else { e.matmul(c.dy, c.inputs[1], false, !tb) };
    let shape = e.shape(c.inputs[0]);
    e.sum_to(full, &shape)
}

fn of_b(e: &mut dyn Emit, c: &Call) -> Id {
    let (ta, tb) = (c.attrs.bool(0), c.attrs.bool(1));
    let (shape_a, shape_b, shape_y) = (e.shape(c.inputs[0]), e.shape(c.inputs[1]), e.shape(c.y));
    let (mut a, mut dy) = (c.inputs[0], c.dy);
    if shape_b.len() == 2 && shape_a.len() > 2 && !ta {
        // The sum over the batches is one product with a long inner axis.
        let flat = |s: &[usize]| [s[..s.len() - 1].iter().product(), s[s.len() - 1]];
        a = e.reshape(a, &flat(&shape_a));
        dy = e.reshape(dy, &flat(&shape_y));
    }
    let full = if tb { e.matmul(dy, a, true, ta) } else { e.matmul(a, dy, !ta, false) };
    e.sum_to(full, &shape_b)
}
