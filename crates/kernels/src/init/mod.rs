//! Initial weights, keyed by (seed, key): the same on every machine, whatever was built before.

mod constant;
mod identity;
mod normal;
mod orthogonal;
mod truncated_normal;
mod uniform;
mod unit_forget;

use crate::rng::Philox;

/// How an initializer fills a weight of a shape, given its arguments.
pub type Fill = fn(arguments: &[f32], shape: &[usize], numbers: Philox, out: &mut [f32]);

/// An initializer: its name, how many arguments it takes, and how it fills.
pub struct Initializer {
    pub name: &'static str,
    pub arguments: usize,
    pub fill: Fill,
}

/// All of them; the index is the code that programs use.
pub const ALL: [Initializer; 7] = [
    Initializer { name: "constant", arguments: 1, fill: constant::fill },
    Initializer { name: "uniform", arguments: 2, fill: uniform::fill },
    Initializer { name: "normal", arguments: 2, fill: normal::fill },
    Initializer { name: "truncatedNormal", arguments: 2, fill: truncated_normal::fill },
    Initializer { name: "orthogonal", arguments: 1, fill: orthogonal::fill },
    Initializer { name: "identity", arguments: 1, fill: identity::fill },
    Initializer { name: "unitForget", arguments: 0, fill: unit_forget::fill },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(name: &str, arguments: &[f32], shape: &[usize]) -> Vec<f32> {
        let mut out = vec![f32::NAN; shape.iter().product()];
        let initializer = ALL.iter().find(|i| i.name == name).expect("an initializer of that name");
        (initializer.fill)(arguments, shape, Philox::new(3, 4), &mut out);
        out
    }

    #[test]
    fn moments_and_bounds() {
        let n = 40_000.0;
        let mean = |v: &[f32]| v.iter().map(|&x| x as f64).sum::<f64>() / n;
        let deviation = |v: &[f32]| (v.iter().map(|&x| (x as f64 - mean(v)).powi(2)).sum::<f64>() / n).sqrt();
        let uniform = filled("uniform", &[-0.5, 0.5], &[200, 200]);
        assert!(mean(&uniform).abs() < 0.01 && (deviation(&uniform) - 1.0 / 12f64.sqrt()).abs() < 0.01);
        assert!(uniform.iter().all(|x| (-0.5..0.5).contains(x)));
        let normal = filled("normal", &[1.0, 2.0], &[200, 200]);
        assert!((mean(&normal) - 1.0).abs() < 0.04 && (deviation(&normal) - 2.0).abs() < 0.04);
        let truncated = filled("truncatedNormal", &[0.0, 1.0], &[200, 200]);
        assert!(truncated.iter().all(|x| x.abs() <= 2.0));
        assert!((deviation(&truncated) - 0.879_625_66).abs() < 0.01);
        assert_eq!(filled("constant", &[0.25], &[3]), [0.25; 3]);
        assert_eq!(filled("unitForget", &[], &[8]), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(filled("identity", &[2.0], &[2, 3]), [2.0, 0.0, 0.0, 0.0, 2.0, 0.0]);
    }

    #[test]
    fn orthogonal_rows_or_columns() {
        for (rows, columns) in [(5, 3), (3, 5), (4, 4), (64, 32)] {
            let q = filled("orthogonal", &[1.0], &[rows, columns]);
            let short = rows.min(columns);
            for a in 0..short {
                for b in 0..short {
                    let dot: f32 = if rows >= columns {
                        (0..rows).map(|r| q[r * columns + a] * q[r * columns + b]).sum()
                    } else {
                        (0..columns).map(|c| q[a * columns + c] * q[b * columns + c]).sum()
                    };
                    assert!((dot - (a == b) as u8 as f32).abs() < 1e-5);
                }
            }
        }
    }
}
