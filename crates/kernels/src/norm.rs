//! Rows normalised by their mean and variance, and the gradient in one walk: a row is read once from memory, everything
//! else happens while it is in cache.

use crate::record::{Kernel, StepContext};
use crate::reduce::{self, fold, sum};
use parallel::Span;
use simd::F32x8;

type Push<'a> = &'a mut dyn FnMut(Box<dyn Kernel>);

/// Elements per chunk, roughly, and chunks at most, whose sums of dγ and dβ are to be added up.
const CHUNK: usize = 16 * 1024;
const CHUNKS: usize = 32;
/// f32 sums of at most this many numbers are added up in f64; so many rows at most are summed in a chunk.
const BLOCK: usize = 1024;
const LANES: usize = 8;
/// Numbers whose mean is near enough to that of their row, nearly always.
const NEAR: usize = 32;

/// [rows × n]: (x − mean)/√(variance + ε)·γ + β in each row; around zero instead of the mean if not `centered`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Norm {
    pub rows: usize,
    pub n: usize,
    pub epsilon: f32,
    pub centered: bool,
}

impl Norm {
    fn rows_per_chunk(&self) -> usize {
        (CHUNK.max(self.rows * self.n / CHUNKS) / self.n.max(1)).clamp(1, BLOCK)
    }
    fn chunks(&self) -> usize {
        self.rows.div_ceil(self.rows_per_chunk())
    }
    fn rows_of(&self, chunk: usize) -> std::ops::Range<usize> {
        let from = chunk * self.rows_per_chunk();
        from..(from + self.rows_per_chunk()).min(self.rows)
    }

    /// A row's mean and deviation. `sums` makes Σ (x − c), Σ (x − c)² and what else is wanted, where c is 0 if not centered, else near
    /// the mean.
    fn moments<const N: usize>(&self, x: &[f32], sums: impl Fn(f32) -> [f64; N]) -> Moments<N> {
        let count = x.len() as f64;
        let first = &x[..x.len().min(NEAR)];
        let near = (sum(first) / first.len() as f64) as f32;
        let mut centre = if self.centered { near } else { 0.0 };
        let mut all = sums(centre);
        // More than a deviation from the mean: of the difference below, too much would be rounding.
        if self.centered && 2.0 * all[0] * all[0] > count * all[1] {
            centre = (centre as f64 + all[0] / count) as f32;
            all = sums(centre);
        }
        let shift = if self.centered { all[0] / count } else { 0.0 };
        let variance = all[1] / count - shift * shift;
        let scale = (1.0 / (variance + self.epsilon as f64).sqrt()) as f32;
        Moments { mean: (centre as f64 + shift) as f32, scale, sums: all, shift }
    }

    fn row(&self, x: &[f32], gamma: &[f32], beta: &[f32], out: &mut [f32]) {
        let Moments { mean, scale, .. } = self.moments(x, |c| sums(x, c));
        let (m, s) = (F32x8::splat(mean), F32x8::splat(scale));
        let weights = gamma.chunks_exact(LANES).zip(beta.chunks_exact(LANES));
        for ((x, (g, b)), o) in x.chunks_exact(LANES).zip(weights).zip(out.chunks_exact_mut(LANES)) {
            let normal = (F32x8::from_slice(x) - m) * s;
            normal.madd(F32x8::from_slice(g), F32x8::from_slice(b)).to_slice(o);
        }
        for i in x.len() / LANES * LANES..x.len() {
            out[i] = (x[i] - mean) * scale * gamma[i] + beta[i];
        }
    }

    /// dx of a row; adds its share to dγ and dβ.
    fn gradient_row(&self, x: &[f32], gamma: &[f32], dy: &[f32], [dgamma, dbeta]: [&mut [f32]; 2], dx: &mut [f32]) {
        let Moments { mean, scale, sums: [_, _, plain, dot], shift } =
            self.moments(x, |c| gradient_sums(x, gamma, dy, c));
        // Means of dy·γ and dy·γ·x̂, with x̂ = (x − mean)·scale the normalised row.
        let count = x.len() as f64;
        let dot = ((dot - shift * plain) * scale as f64 / count) as f32;
        let plain = if self.centered { (plain / count) as f32 } else { 0.0 };
        // scale·(dy·γ − plain − x̂·dot) = scale·dy·γ − scale·plain − (x − mean)·scale²·dot.
        let [m, s, p, d] = [mean, scale, -scale * plain, -scale * (scale * dot)].map(F32x8::splat);
        let lanes = x.chunks_exact(LANES).zip(gamma.chunks_exact(LANES)).zip(dy.chunks_exact(LANES));
        let weights = dgamma.chunks_exact_mut(LANES).zip(dbeta.chunks_exact_mut(LANES));
        for ((((x, g), dy), dx), (dgamma, dbeta)) in lanes.zip(dx.chunks_exact_mut(LANES)).zip(weights) {
            let (off, dy) = (F32x8::from_slice(x) - m, F32x8::from_slice(dy));
            let scaled = dy * s;
            scaled.madd(off, F32x8::from_slice(dgamma)).to_slice(dgamma);
            (F32x8::from_slice(dbeta) + dy).to_slice(dbeta);
            scaled.madd(F32x8::from_slice(g), off.madd(d, p)).to_slice(dx);
        }
        for i in x.len() / LANES * LANES..x.len() {
            let normal = (x[i] - mean) * scale;
            dgamma[i] += dy[i] * normal;
            dbeta[i] += dy[i];
            dx[i] = scale * (dy[i] * gamma[i] - plain - normal * dot);
        }
    }
}

struct Moments<const N: usize> {
    mean: f32,
    /// One over the deviation.
    scale: f32,
    sums: [f64; N],
    /// From the number around which they are to the mean.
    shift: f64,
}

/// In f32 over blocks of so many, the blocks in f64.
fn blocks<const N: usize>(len: usize, sums: impl Fn(std::ops::Range<usize>) -> [f32; N]) -> [f64; N] {
    (0..len).step_by(BLOCK).fold([0.0; N], |all, from| {
        let sums = sums(from..(from + BLOCK).min(len));
        std::array::from_fn(|i| all[i] + sums[i] as f64)
    })
}

/// Σ (x − c) and Σ (x − c)².
fn sums(x: &[f32], c: f32) -> [f64; 2] {
    let centre = F32x8::splat(c);
    blocks(x.len(), |range| {
        fold::<1, 2, 2>([&x[range]], [c], |[plain, square], [x]| {
            let d = x - centre;
            [plain + d, d.madd(d, square)]
        })
    })
}

/// The same, and Σ dy·γ and Σ dy·γ·(x − c).
fn gradient_sums(x: &[f32], gamma: &[f32], dy: &[f32], c: f32) -> [f64; 4] {
    let centre = F32x8::splat(c);
    blocks(x.len(), |range| {
        let rows = [&x[range.clone()], &gamma[range.clone()], &dy[range]];
        fold::<3, 4, 1>(rows, [c, 0.0, 0.0], |[plain, square, gradient, dot], [x, g, dy]| {
            let (d, g) = (x - centre, dy * g);
            [plain + d, d.madd(d, square), gradient + g, g.madd(d, dot)]
        })
    })
}

/// Inputs x, γ, β.
pub struct Forward {
    pub norm: Norm,
    pub inputs: [Span; 3],
    pub out: Span,
}

impl Kernel for Forward {
    fn name(&self) -> &'static str {
        "layer_norm"
    }
    fn chunks(&self) -> usize {
        self.norm.chunks()
    }
    fn flops(&self) -> u64 {
        8 * (self.norm.rows * self.norm.n) as u64
    }
    fn bytes(&self) -> u64 {
        8 * self.out.len as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let n = self.norm.n;
        // SAFETY: inputs of this record.
        let [x, gamma, beta] = self.inputs.map(|span| unsafe { context.read(span) });
        let rows = self.norm.rows_of(chunk);
        // SAFETY: these rows belong to this chunk.
        let out = unsafe { context.write(self.out, rows.start * n, rows.end * n) };
        for (x, out) in x[rows.start * n..rows.end * n].chunks_exact(n.max(1)).zip(out.chunks_exact_mut(n.max(1))) {
            self.norm.row(x, gamma, beta, out);
        }
    }
}

/// Inputs x, γ, dy; dx, and sums for dγ and dβ over the rows of each chunk.
struct Gradient {
    norm: Norm,
    inputs: [Span; 3],
    dx: Span,
    sums: Span,
}

impl Kernel for Gradient {
    fn name(&self) -> &'static str {
        "layer_norm_grad"
    }
    fn chunks(&self) -> usize {
        self.norm.chunks()
    }
    fn flops(&self) -> u64 {
        20 * (self.norm.rows * self.norm.n) as u64
    }
    fn bytes(&self) -> u64 {
        12 * self.dx.len as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let n = self.norm.n;
        // SAFETY: inputs of this record.
        let [x, gamma, dy] = self.inputs.map(|span| unsafe { context.read(span) });
        let rows = self.norm.rows_of(chunk);
        // SAFETY: these rows belong to this chunk.
        let dx = unsafe { context.write(self.dx, rows.start * n, rows.end * n) };
        // SAFETY: so do these sums.
        let sums = unsafe { context.write(self.sums, chunk * 2 * n, (chunk + 1) * 2 * n) };
        sums.fill(0.0);
        let (dgamma, dbeta) = sums.split_at_mut(n);
        let lines = rows.start * n..rows.end * n;
        let lines = x[lines.clone()].chunks_exact(n.max(1)).zip(dy[lines].chunks_exact(n.max(1)));
        for ((x, dy), dx) in lines.zip(dx.chunks_exact_mut(n.max(1))) {
            self.norm.gradient_row(x, gamma, dy, [dgamma, dbeta], dx);
        }
    }
}

/// Words of workspace for [`gradient`].
pub fn workspace(norm: Norm) -> usize {
    match norm.chunks() {
        1 => 0,
        chunks => chunks * 2 * norm.n,
    }
}

/// The records of the gradient of x, γ, dy: `out` holds dx, then dγ, then dβ.
pub fn gradient(norm: Norm, inputs: [Span; 3], out: Span, workspace: Span, push: Push) {
    let whole = norm.rows * norm.n;
    let dx = Span { len: whole, ..out };
    let weights = Span { offset: out.offset + whole, len: 2 * norm.n, ..out };
    let chunks = norm.chunks();
    let sums = if chunks == 1 { weights } else { workspace };
    push(Box::new(Gradient { norm, inputs, dx, sums }));
    if chunks != 1 {
        push(Box::new(reduce::Reduce::new(reduce::Kind::Sum, sums, weights, 1, chunks, 2 * norm.n)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{run_all, Machine};

    fn run(norm: Norm, x: &[f32], gamma: &[f32], beta: &[f32], dy: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let mut m = Machine::new();
        let [x, gamma, beta, dy] = [x, gamma, beta, dy].map(|values| m.values(values));
        let (out, all, work) = (m.alloc(x.len), m.alloc(x.len + 2 * norm.n), m.alloc(workspace(norm)));
        let mut records: Vec<Box<dyn Kernel>> = vec![Box::new(Forward { norm, inputs: [x, gamma, beta], out })];
        gradient(norm, [x, gamma, dy], all, work, &mut |record| records.push(record));
        run_all(&mut m, &records);
        (m.get(out).to_vec(), m.get(all).to_vec())
    }

    fn numbers(len: usize, salt: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 37 + salt * 11) % 101) as f32 / 25.0 - 2.0).collect()
    }

    fn close(got: &[f32], want: impl Iterator<Item = f64>, what: &str) {
        for (i, (&g, w)) in got.iter().zip(want).enumerate() {
            assert!((g as f64 - w).abs() <= 2e-5 * (1.0 + w.abs()), "{what} at {i}: {g} instead of {w}");
        }
    }

    #[test]
    fn rows_of_every_size() {
        for (rows, n) in [(1, 1), (3, 5), (7, 8), (2, 1031), (5000, 9), (40, 1000), (1, 33), (0, 4), (3, 0)] {
            for centered in [true, false] {
                check(Norm { rows, n, epsilon: 1e-3, centered }, &numbers(rows * n, 1));
            }
        }
    }

    #[test]
    fn rows_whose_first_numbers_are_far_from_the_mean() {
        let n = 200_000;
        let mut outliers = numbers(n, 1);
        outliers[..NEAR].fill(1e4);
        let ramp: Vec<f32> = (0..n).map(|i| i as f32).collect();
        for x in [outliers, ramp] {
            check(Norm { rows: 1, n, epsilon: 1e-3, centered: true }, &x);
        }
    }

    /// Against the formulas in f64.
    fn check(norm: Norm, x: &[f32]) {
        let Norm { rows, n, centered, .. } = norm;
        let what = format!("{rows} × {n}, {centered}");
        let dy = numbers(rows * n, 2);
        let [gamma, beta] = [3, 4].map(|salt| numbers(n, salt));
        let (y, all) = run(norm, x, &gamma, &beta, &dy);
        let (mut ys, mut dxs) = (Vec::new(), Vec::new());
        let mut weights = vec![0.0f64; 2 * n];
        for row in 0..rows {
            let line = |v: &[f32]| v[row * n..(row + 1) * n].iter().map(|&v| v as f64).collect::<Vec<_>>();
            let (x, dy) = (line(x), line(&dy));
            let mean = if centered { x.iter().sum::<f64>() / n as f64 } else { 0.0 };
            let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
            let scale = 1.0 / (variance + 1e-3f32 as f64).sqrt();
            let normal: Vec<f64> = x.iter().map(|v| (v - mean) * scale).collect();
            let g: Vec<f64> = dy.iter().zip(&gamma).map(|(d, &g)| d * g as f64).collect();
            let plain = if centered { g.iter().sum::<f64>() / n as f64 } else { 0.0 };
            let dot = g.iter().zip(&normal).map(|(g, v)| g * v).sum::<f64>() / n as f64;
            for i in 0..n {
                ys.push(normal[i] * gamma[i] as f64 + beta[i] as f64);
                dxs.push(scale * (g[i] - plain - normal[i] * dot));
                weights[i] += dy[i] * normal[i];
                weights[n + i] += dy[i];
            }
        }
        close(&y, ys.into_iter(), &what);
        let magnitude = 1.0 + (rows as f64).sqrt();
        close(&all[..rows * n], dxs.into_iter(), &what);
        for (i, (&g, w)) in all[rows * n..].iter().zip(weights).enumerate() {
            assert!((g as f64 - w).abs() <= 2e-5 * (magnitude + w.abs()), "{what}, weight {i}: {g}, not {w}");
        }
    }

    #[test]
    fn rows_that_are_no_numbers_stay_alone() {
        let norm = Norm { rows: 2, n: 5, epsilon: 1e-3, centered: true };
        let mut x = numbers(10, 1);
        x[1] = f32::NAN;
        let (y, all) = run(norm, &x, &[1.0; 5], &[0.0; 5], &[1.0; 10]);
        assert!(y[..5].iter().chain(&all[..5]).all(|v| v.is_nan()));
        assert!(y[5..].iter().chain(&all[5..10]).all(|v| v.is_finite()));
    }
}
