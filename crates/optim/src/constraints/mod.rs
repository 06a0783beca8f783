//! What weights keep to: applied to them after each step. One file per constraint.

mod max_norm;
mod min_max_norm;
mod non_neg;
mod unit_norm;

use kernels::layout::MAX_RANK;
use kernels::{Kernel, StepContext};
use parallel::{Space, Span};

/// Keras's epsilon: keeps a norm of 0 from being divided by.
const EPSILON: f32 = 1e-7;

pub enum Rule {
    /// Every number by itself.
    Each(fn(f32) -> f32),
    /// What the numbers over the constraint's axes are multiplied with, from its arguments and their norm.
    Norm(fn(arguments: &[f32], norm: f32) -> f32),
}

pub struct Constraint {
    pub name: &'static str,
    /// Numbers that it takes, beside its axes.
    pub arguments: usize,
    pub rule: Rule,
}

/// All of them; the index is the code that models use.
pub static ALL: &[Constraint] =
    &[max_norm::CONSTRAINT, min_max_norm::CONSTRAINT, non_neg::CONSTRAINT, unit_norm::CONSTRAINT];

/// A weight that must keep to a constraint.
#[derive(Clone)]
pub struct Constrained {
    pub offset: usize,
    pub shape: Vec<usize>,
    /// Index into `ALL`.
    pub constraint: usize,
    pub arguments: Vec<f32>,
    /// Bit a is set: norms are taken over axis a.
    pub axes: u32,
}

impl Constrained {
    fn len(&self) -> usize {
        self.shape.iter().product()
    }
    fn over(&self, axis: usize) -> bool {
        self.axes >> axis & 1 == 1
    }
    /// How many norms there are.
    fn norms(&self) -> usize {
        self.shape.iter().enumerate().filter(|(a, _)| !self.over(*a)).map(|(_, d)| d).product()
    }
    /// Calls `row` for each run along the last axis: its place among the weights, and that of its norms.
    fn rows(&self, mut row: impl FnMut(usize, usize)) {
        let Some((&width, outer)) = self.shape.split_last() else { return row(0, 0) };
        let norms = if self.over(outer.len()) { 1 } else { width };
        let mut at = [0; MAX_RANK];
        for r in 0..outer.iter().product() {
            let kept = at.iter().zip(outer).enumerate().filter(|(a, _)| !self.over(*a));
            row(r * width, norms * kept.fold(0, |place, (_, (&i, &d))| place * d + i));
            for (i, &d) in at[..outer.len()].iter_mut().zip(outer).rev() {
                *i = (*i + 1) % d;
                if *i > 0 {
                    break;
                }
            }
        }
    }
    fn apply(&self, weights: &mut [f32], norms: &mut [f32]) {
        let factor = match ALL[self.constraint].rule {
            Rule::Each(each) => return weights.iter_mut().for_each(|w| *w = each(*w)),
            Rule::Norm(factor) => factor,
        };
        let width = self.shape.last().copied().unwrap_or(1);
        let along = !self.shape.is_empty() && !self.over(self.shape.len() - 1);
        norms.fill(0.0);
        self.rows(|at, norm| {
            let row = &weights[at..at + width];
            if along {
                norms[norm..norm + width].iter_mut().zip(row).for_each(|(n, w)| *n += w * w);
            } else {
                norms[norm] += row.iter().map(|w| w * w).sum::<f32>();
            }
        });
        norms.iter_mut().for_each(|n| *n = factor(&self.arguments, n.sqrt()));
        self.rows(|at, norm| {
            let row = &mut weights[at..at + width];
            if along {
                row.iter_mut().zip(&norms[norm..norm + width]).for_each(|(w, f)| *w *= f);
            } else {
                row.iter_mut().for_each(|w| *w *= norms[norm]);
            }
        });
    }
}

/// The record that ends a step of a model with constraints: a chunk per weight.
pub struct Constrain(pub Vec<Constrained>);

impl Kernel for Constrain {
    fn name(&self) -> &'static str {
        "constrain"
    }
    fn chunks(&self) -> usize {
        self.0.len()
    }
    fn flops(&self) -> u64 {
        self.0.iter().map(|c| 4 * c.len() as u64).sum()
    }
    fn scratch(&self) -> usize {
        self.0.iter().map(Constrained::norms).max().unwrap_or(0)
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let weight = &self.0[chunk];
        let span = Span { space: Space::Params, offset: weight.offset, len: weight.len() };
        // SAFETY: each weight belongs to one chunk.
        let weights = unsafe { context.write(span, 0, span.len) };
        weight.apply(weights, &mut scratch[..weight.norms()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, in double precision: the norm of all numbers that differ along the axes alone.
    fn expected(c: &Constrained, weights: &[f32], factor: fn(&[f32], f32) -> f32) -> Vec<f32> {
        let group = |mut place: usize| -> Vec<usize> {
            let mut index = vec![0; c.shape.len()];
            for (a, &d) in c.shape.iter().enumerate().rev() {
                index[a] = if c.over(a) { 0 } else { place % d };
                place /= d;
            }
            index
        };
        let norm = |of: &[usize]| {
            let own = (0..weights.len()).filter(|&p| group(p) == of);
            own.map(|p| (weights[p] as f64).powi(2)).sum::<f64>().sqrt() as f32
        };
        (0..weights.len()).map(|p| weights[p] * factor(&c.arguments, norm(&group(p)))).collect()
    }

    #[test]
    fn norms_over_any_axes() {
        for (constraint, entry) in ALL.iter().enumerate() {
            let Rule::Norm(factor) = entry.rule else { continue };
            for shape in [vec![], vec![5], vec![3, 4], vec![3, 3, 2, 5], vec![1, 7]] {
                for axes in 0..1 << shape.len() {
                    let arguments = [0.8, 1.5, 0.7][..entry.arguments].to_vec();
                    let c = Constrained { offset: 0, shape: shape.clone(), constraint, arguments, axes };
                    let mut weights: Vec<f32> = (0..c.len()).map(|i| (i as f32 * 1.7).sin() * 2.0).collect();
                    let wanted = expected(&c, &weights, factor);
                    c.apply(&mut weights, &mut vec![f32::NAN; c.norms()]);
                    for (w, x) in weights.iter().zip(&wanted) {
                        assert!((w - x).abs() <= 1e-6 * x.abs().max(1.0), "{} {shape:?} {axes:b}: {w} {x}", entry.name);
                    }
                }
            }
        }
    }
}
