use super::*;
use crate::testing::{run_all, Machine};

fn naive(s: &Shape, a: &[f32], b: &[f32]) -> Vec<f64> {
    let mut out = vec![0.0; s.batch * s.m * s.n];
    for z in 0..s.batch {
        for i in 0..s.m {
            for j in 0..s.n {
                let mut sum = 0.0f64;
                for p in 0..s.k {
                    let x = a[z * s.stride_a + if s.transpose_a { p * s.m + i } else { i * s.k + p }];
                    let y = b[z * s.stride_b + if s.transpose_b { j * s.k + p } else { p * s.n + j }];
                    sum += x as f64 * y as f64;
                }
                out[(z * s.m + i) * s.n + j] = sum;
            }
        }
    }
    out
}

fn product(s: &Shape) -> (Vec<f32>, Vec<f64>) {
    let mut machine = Machine::new();
    let (la, lb) = (s.m * s.k * if s.stride_a == 0 { 1 } else { s.batch }, s.n * s.k * b_matrices(s));
    let a = machine.random(la);
    let b = machine.random(lb);
    let out = machine.alloc(s.batch * s.m * s.n);
    let work = machine.alloc(workspace(s));
    let expected = naive(s, machine.get(a), machine.get(b));
    let mut records = Vec::new();
    lower(*s, a, b, out, work, None, &mut |r| records.push(r));
    run_all(&mut machine, &records);
    (machine.get(out).to_vec(), expected)
}

fn check(s: &Shape) {
    let (got, expected) = product(s);
    for (i, (g, e)) in got.iter().zip(&expected).enumerate() {
        let tolerance = 1e-6 * (s.k as f64).sqrt() * 4.0 + 1e-7;
        assert!((*g as f64 - e).abs() <= tolerance, "{s:?} at {i}: {g} instead of {e}");
    }
}

#[test]
fn equals_a_triple_loop_at_every_boundary() {
    for (m, n, k) in [
        (0, 3, 2),
        (1, 1, 0),
        (1, 1, 1),
        (1, 17, 5),
        (2, 3, 300),
        (3, 16, 4),
        (4, 8, 2),
        (5, 7, 9),
        (7, 9, 255),
        (8, 8, 256),
        (9, 15, 257),
        (23, 17, 31),
        (24, 16, 32),
        (25, 33, 64),
        (97, 31, 13),
        (130, 130, 140),
        (4, 1, 8),
        (200, 1, 3),
        (33, 10, 128),
    ] {
        for flags in 0..4 {
            let (transpose_a, transpose_b) = (flags & 1 != 0, flags & 2 != 0);
            check(&Shape { batch: 1, m, n, k, transpose_a, transpose_b, stride_a: 0, stride_b: 0 });
            check(&Shape { batch: 3, m, n, k, transpose_a, transpose_b, stride_a: m * k, stride_b: k * n });
            check(&Shape { batch: 2, m, n, k, transpose_a, transpose_b, stride_a: m * k, stride_b: 0 });
        }
    }
}

#[test]
fn every_tile_gives_the_same_bits() {
    for (m, n, k) in [(5, 11, 300), (64, 64, 64), (129, 37, 520)] {
        for flags in 0..4 {
            let shape = Shape {
                batch: 1,
                m,
                n,
                k,
                transpose_a: flags & 1 != 0,
                transpose_b: flags & 2 != 0,
                stride_a: 0,
                stride_b: 0,
            };
            let results: Vec<Vec<u32>> = (0..TILES.len())
                .map(|tile| {
                    prefer_tile(tile);
                    product(&shape).0.iter().map(|x| x.to_bits()).collect()
                })
                .collect();
            prefer_tile(0);
            assert!(results.windows(2).all(|w| w[0] == w[1]), "{shape:?}");
        }
    }
}
