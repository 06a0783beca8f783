//! (x − mean)/√(variance + ε)·γ + β over the last axis; if not centered, x/√(mean of squares + ε)·γ + β.

use crate::op::Lowering;
use crate::prelude::*;
use kernels::norm::{Forward, Norm};

pub static OP: Op = Op {
    name: "layer_norm",
    inputs: &["x", "gamma", "beta"],
    attrs: &[required("epsilon", F32), optional("centered", Bool, "true")],
    rule: Rule::LayerNorm,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let Lowering { inputs: &[x, gamma, beta], out, .. } = l else { unreachable!("three inputs, as decoded") };
            push(Box::new(Forward { norm: norm(&l.shapes[0], l.attrs, 0), inputs: [x, gamma, beta], out }));
        },
    },
    vjp: Some(|e, c| {
        let shape = e.shape(c.inputs[0]);
        let n = shape[shape.len() - 1];
        let whole = shape.iter().product::<usize>();
        let attrs = [Attr::ints([whole + 2 * n])].into_iter().chain(c.attrs.0.iter().cloned()).collect();
        let all = e.call(&crate::layer_norm_grad::OP, &[c.inputs[0], c.inputs[1], c.dy], attrs);
        let dx = e.part(all, 0, &shape);
        vec![Some(dx), Some(e.part(all, whole, &[n])), Some(e.part(all, whole + n, &[n]))]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let n = r.shape[r.shape.len() - 1];
        let rows = r.inputs[0].chunks_exact(n.max(1));
        let each = rows.flat_map(|x| {
            let mean = if r.attrs.bool(1) { x.iter().sum::<f64>() / n as f64 } else { 0.0 };
            let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
            let scale = 1.0 / (variance + r.attrs.f32(0) as f64).sqrt();
            (0..n).map(move |i| (x[i] - mean) * scale * r.inputs[1][i] + r.inputs[2][i])
        });
        each.collect()
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let sample = |shape: &[usize], centered: bool| {
            let n = [shape[shape.len() - 1]];
            Sample::of(&[shape, &n, &n]).attrs(vec![Attr::f32(1e-2), Attr::Bool(centered)])
        };
        vec![
            sample(&[3, 5], true),
            sample(&[3, 5], false),
            sample(&[2, 3, 17], true),
            sample(&[8], true),
            sample(&[0, 4], true),
            Sample::of(&[&[3, 5], &[5], &[4]]).attrs(sample(&[3, 5], true).attrs).invalid(),
            Sample::of(&[&[], &[5], &[5]]).attrs(sample(&[3, 5], true).attrs).invalid(),
        ]
    },
};

/// The rows of a value; attributes of the operation begin at `at`.
pub(crate) fn norm(shape: &[usize], attrs: crate::op::Attrs, at: usize) -> Norm {
    let (&n, lead) = shape.split_last().expect("checked by the shape rule");
    Norm { rows: lead.iter().product(), n, epsilon: attrs.f32(at), centered: attrs.bool(at + 1) }
}
