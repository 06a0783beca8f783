//! softmax(scale·q·kᵀ)·v. Values: queries [batch, queries, heads·width], keys [batch, keys, groups·width], values
//! [batch, keys, groups·size], then masks of ones and zeros [batch, heads, queries, keys] or 1 in places. Result
//! [batch, queries, heads·size]; `rate` of the weights are dropped by `key`.

use crate::op::{AttrSpec, Attrs};
use crate::prelude::*;
use crate::shape::attention::sizes;
use kernels::attention::{Attention, Forward, Mask};
use parallel::Span;

pub(crate) const HEADS: AttrSpec = required("heads", I32);
pub(crate) const GROUPS: AttrSpec = required("groups", I32);
pub(crate) const SCALE: AttrSpec = required("scale", F32);
pub(crate) const CAUSAL: AttrSpec = optional("causal", Bool, "false");
pub(crate) const RATE: AttrSpec = optional("rate", F32, "0");
pub(crate) const KEY: AttrSpec = optional("key", I32, "0");

pub static OP: Op = Op {
    name: "attention",
    inputs: &["...values"],
    attrs: &[HEADS, GROUPS, SCALE, CAUSAL, RATE, KEY],
    rule: Rule::Attention,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let a = checked(l.shapes, l.attrs);
            let masks = masks(&a, &l.shapes[3..], &l.inputs[3..]);
            push(Box::new(Forward::new(a, [l.inputs[0], l.inputs[1], l.inputs[2]], masks, l.out)));
        },
    },
    vjp: Some(|e, c| {
        let [q, k, v] = [0, 1, 2].map(|i| e.shape(c.inputs[i]));
        let [of_q, of_k, of_v] = [&q, &k, &v].map(|shape| shape.iter().product::<usize>());
        let mut inputs = c.inputs.to_vec();
        inputs.push(c.dy);
        let attrs = [Attr::ints([of_q + of_k + of_v])].into_iter().chain(c.attrs.0.iter().cloned()).collect();
        let all = e.call(&crate::attention_grad::OP, &inputs, attrs);
        let mut gradients =
            vec![Some(e.part(all, 0, &q)), Some(e.part(all, of_q, &k)), Some(e.part(all, of_q + of_k, &v))];
        gradients.resize(c.inputs.len(), None);
        gradients
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference,
    #[cfg(any(test, feature = "reference"))]
    samples,
};

pub(crate) fn checked(shapes: &[Vec<usize>], attrs: Attrs) -> Attention {
    sizes(shapes, attrs).expect("checked by the shape rule of the attention")
}

/// How masks lie under [batch, heads, queries, keys].
pub(crate) fn masks(a: &Attention, shapes: &[Vec<usize>], spans: &[Span]) -> Vec<Mask> {
    let full = [a.batch, a.heads, a.queries, a.keys];
    let mask = |(shape, &span): (&Vec<usize>, &Span)| {
        let steps = kernels::layout::strides(shape);
        Mask { span, strides: [0, 1, 2, 3].map(|i| if shape[i] == full[i] { steps[i] as usize } else { 0 }) }
    };
    shapes.iter().zip(spans).map(mask).collect()
}

#[cfg(any(test, feature = "reference"))]
fn reference(r: &crate::sample::Reference) -> Vec<f64> {
    let a = checked(r.shapes, r.attrs);
    r.each(|p| {
        let (b, t, head, column) = (p[0], p[1], p[2] / a.value_width, p[2] % a.value_width);
        let group = head / (a.heads / a.groups);
        let score = |key: usize| {
            let products =
                (0..a.width).map(|i| r.at(0, &[b, t, head * a.width + i]) * r.at(1, &[b, key, group * a.width + i]));
            let open = (3..r.shapes.len()).map(|m| r.at(m, &[b, head, t, key])).product::<f64>();
            let hidden = a.causal && key > t;
            if hidden {
                f64::NEG_INFINITY
            } else {
                products.sum::<f64>() * a.scale as f64 + (1.0 - open) * -1e9
            }
        };
        let scores: Vec<f64> = (0..a.keys).map(score).collect();
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = scores.iter().map(|s| (s - largest).exp()).collect();
        let sum: f64 = weights.iter().sum();
        (0..a.keys).map(|key| weights[key] / sum * r.at(2, &[b, key, group * a.value_width + column])).sum()
    })
}

/// Sizes [batch, queries, keys, heads, groups, width, value width], and masks.
#[cfg(any(test, feature = "reference"))]
fn sample([b, t, s, heads, groups, d, e]: [usize; 7], causal: bool) -> Sample {
    let attrs = vec![
        Attr::I32(heads as i32),
        Attr::I32(groups as i32),
        Attr::f32(0.5),
        Attr::Bool(causal),
        Attr::f32(0.0),
        Attr::I32(7),
    ];
    Sample::of(&[&[b, t, heads * d], &[b, s, groups * d], &[b, s, groups * e]]).attrs(attrs).domain(-1.0, 1.0)
}

#[cfg(any(test, feature = "reference"))]
fn samples() -> Vec<Sample> {
    let with = |sizes: [usize; 7], shape: &[usize]| {
        let mut sample = sample(sizes, false);
        sample.inputs.push((shape.to_vec(), kernels::DType::F32));
        sample
    };
    vec![
        sample([1, 3, 4, 1, 1, 2, 3], false),
        sample([2, 5, 5, 2, 2, 4, 4], true),
        sample([2, 26, 30, 4, 2, 3, 5], false),
        sample([1, 50, 50, 2, 1, 9, 8], true),
        sample([1, 30, 20, 1, 1, 2, 2], true),
        sample([1, 245, 262, 1, 1, 2, 1], false),
        sample([0, 3, 4, 1, 1, 2, 3], false),
        sample([2, 0, 4, 1, 1, 2, 3], false),
        sample([1, 3, 0, 1, 1, 2, 3], false).invalid(),
        sample([1, 3, 4, 3, 2, 2, 3], false).invalid(),
        with([2, 3, 4, 2, 2, 2, 3], &[2, 1, 3]).invalid(),
        with([2, 3, 4, 2, 2, 2, 3], &[2, 1, 3, 5]).invalid(),
    ]
}
