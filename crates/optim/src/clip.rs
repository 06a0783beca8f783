//! Clipping of gradients: by value, by each variable's norm, or by the norm of all.

use crate::settings::Variable;
use kernels::{Kernel, StepContext};
use parallel::{Space, Span};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    None,
    /// Every element into [−limit, limit].
    Value(f32),
    /// Every variable to a norm of at most the limit.
    Norm(f32),
    /// All variables together to a norm of at most the limit.
    GlobalNorm(f32),
}

impl Clip {
    pub fn from_code(code: u32, limit: f32) -> Option<Clip> {
        Some(match code {
            0 => Clip::None,
            1 => Clip::Value(limit),
            2 => Clip::Norm(limit),
            3 => Clip::GlobalNorm(limit),
            _ => return None,
        })
    }
    pub fn needs_norms(self) -> bool {
        matches!(self, Clip::Norm(_) | Clip::GlobalNorm(_))
    }
}

/// Words of a gradient whose squares one chunk adds up.
const CHUNK: usize = 32 * 1024;

/// Pieces of variables: (variable, from, to) in words of the trainable part.
pub(crate) fn pieces(variables: &[Variable], chunk: usize) -> Vec<(usize, usize, usize)> {
    let split = |(v, &Variable { offset, len, .. }): (usize, &Variable)| {
        let piece = move |at: usize| (v, offset + at, offset + at.saturating_add(chunk).min(len));
        (0..len).step_by(chunk).map(piece).collect::<Vec<_>>()
    };
    variables.iter().enumerate().flat_map(split).collect()
}

/// Sums of squares by piece, written behind one word per variable.
pub struct Squares {
    /// Gradients come multiplied with it.
    scale: f32,
    pieces: Vec<(usize, usize, usize)>,
    variables: usize,
    out: Span,
}

impl Squares {
    pub fn new(scale: f32, variables: &[Variable], out: Span) -> Squares {
        Squares { scale, pieces: pieces(variables, CHUNK), variables: variables.len(), out }
    }
    /// A factor per variable, and a sum per piece.
    pub fn words(variables: &[Variable]) -> usize {
        (variables.len() + pieces(variables, CHUNK).len()).next_multiple_of(16)
    }
}

impl Kernel for Squares {
    fn name(&self) -> &'static str {
        "squares"
    }
    fn chunks(&self) -> usize {
        self.pieces.len()
    }
    fn flops(&self) -> u64 {
        self.pieces.iter().map(|p| 2 * (p.2 - p.1) as u64).sum()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let (_, from, to) = self.pieces[chunk];
        // SAFETY: gradients are inputs of this record.
        let gradient = unsafe { context.read(Span { space: Space::Grads, offset: from, len: to - from }) };
        // SAFETY: one word per chunk.
        let out = unsafe { context.write(self.out, self.variables + chunk, self.variables + chunk + 1) };
        let squares: f64 = gradient.chunks(256).map(|c| c.iter().map(|g| g * g).sum::<f32>() as f64).sum();
        out[0] = (squares / (self.scale as f64).powi(2)) as f32;
    }
}

/// From sums of squares to the factor of each variable.
pub struct Combine {
    clip: Clip,
    pieces: Vec<(usize, usize, usize)>,
    variables: usize,
    norms: Span,
}

impl Combine {
    pub fn new(clip: Clip, variables: &[Variable], norms: Span) -> Combine {
        Combine { clip, pieces: pieces(variables, CHUNK), variables: variables.len(), norms }
    }
}

impl Kernel for Combine {
    fn name(&self) -> &'static str {
        "clip"
    }
    fn chunks(&self) -> usize {
        1
    }
    fn flops(&self) -> u64 {
        self.pieces.len() as u64
    }
    fn run(&self, context: &StepContext, _chunk: usize, _scratch: &mut [f32]) {
        // SAFETY: the only chunk.
        let words = unsafe { context.write(self.norms, 0, self.variables + self.pieces.len()) };
        let (factors, sums) = words.split_at_mut(self.variables);
        let norm = |squares: f64| (squares as f32).sqrt();
        let factor = |norm: f32, limit: f32| if norm > limit { limit / norm } else { 1.0 };
        match self.clip {
            Clip::GlobalNorm(limit) => {
                let all: f64 = sums.iter().map(|&s| s as f64).sum();
                factors.fill(factor(norm(all), limit));
            }
            Clip::Norm(limit) => {
                for (v, f) in factors.iter_mut().enumerate() {
                    let own = self.pieces.iter().zip(sums.iter()).filter(|(p, _)| p.0 == v);
                    *f = factor(norm(own.map(|(_, &s)| s as f64).sum()), limit);
                }
            }
            _ => factors.fill(1.0),
        }
    }
}
