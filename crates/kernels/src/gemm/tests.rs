use super::*;
use crate::fused::{Instruction, Operand, MAX_REGISTERS};
use crate::testing::{run_all, Machine};
use crate::Function;

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
fn few_rows_of_a_large_matrix_equal_a_triple_loop() {
    for (m, n, k) in [(1, 1030, 260), (3, 515, 777), (8, 64, 8200), (2, 1, 300_000), (1, 4100, 65)] {
        for (transpose_a, transpose_b) in [(false, false), (true, false), (false, true)] {
            let shape = Shape { m, n, k, transpose_a, transpose_b, ..square(1) };
            assert_eq!(shape.way(), if transpose_b { Way::Dots } else { Way::Stream });
            check(&shape);
        }
    }
}

#[test]
fn a_transposed_left_side_is_packed_where_its_steps_fall_on_each_other() {
    for (m, n, k) in [(128, 72, 70), (256, 128, 40), (1024, 64, 33)] {
        for transpose_b in [false, true] {
            let shape = Shape { m, n, k, transpose_a: true, transpose_b, ..square(1) };
            let longer = Shape { m: m + 1, ..shape };
            assert!(shape.packs_a() && !longer.packs_a());
            check(&shape);
            check(&longer);
        }
    }
}

#[test]
fn tiny_products_are_not_cut() {
    let tiny = |m, n, k| Shape { m, n, k, ..square(1) }.way() == Way::Tiny;
    assert!(tiny(4, 8, 2) && tiny(4, 1, 8) && !tiny(1, 1, 0) && !tiny(16, 16, 8));
}

/// Large enough for blocks of columns, with edges everywhere.
const WIDE: [(usize, usize, usize); 4] = [(32, 130, 784), (9, 1000, 300), (250, 67, 70), (33, 64, 600)];

#[test]
fn blocks_of_columns_equal_a_triple_loop() {
    for (m, n, k) in WIDE {
        for flags in 0..4 {
            let (transpose_a, transpose_b) = (flags & 1 != 0, flags & 2 != 0);
            let shape = Shape { batch: 1, m, n, k, transpose_a, transpose_b, stride_a: 0, stride_b: 0 };
            check(&shape);
        }
    }
    let shape = |m, n, k| Shape { m, n, k, ..square(1) };
    assert!(WIDE.iter().all(|&(m, n, k)| shape(m, n, k).way() == Way::ByColumns));
}

/// Few results of deep operands, with edges everywhere.
const DEEP_ONES: [(usize, usize, usize); 4] = [(37, 70, 4100), (9, 131, 2049), (93, 256, 901), (128, 64, 9000)];

#[test]
fn parts_of_k_equal_a_triple_loop() {
    for (m, n, k) in DEEP_ONES {
        let shape = Shape { m, n, k, transpose_a: true, ..square(1) };
        assert_eq!(shape.way(), Way::ByDepth);
        check(&shape);
    }
}

fn square(n: usize) -> Shape {
    Shape { batch: 1, m: n, n, k: n, transpose_a: false, transpose_b: false, stride_a: 0, stride_b: 0 }
}

/// The chain behind a product is the same whether it runs on parts of rows, or, because its numbers are random, behind.
#[test]
fn chains_behind_blocks_of_columns() {
    let cases = [WIDE[0], (2, 1030, 260)].into_iter().flat_map(|sizes| [(sizes, false), (sizes, true)]);
    for ((m, n, k), random) in cases {
        let mut machine = Machine::new();
        let (a, b, bias) = (machine.random(m * k), machine.random(k * n), machine.random(n));
        let (plain, out) = (machine.alloc(m * n), machine.alloc(m * n));
        let shape = Shape { m, n, k, ..square(1) };
        let work = machine.alloc(workspace(&shape));
        let whole = |span| Operand::Span { span, inner: 1, count: m * n };
        let chain = |product, out| Fused {
            operands: vec![whole(product), Operand::Span { span: bias, inner: 1, count: n }],
            instructions: vec![
                Instruction { function: Function::Add, inputs: [0, 1, 0], out: 2, imm: [0.0; 2] },
                Instruction {
                    function: if random { Function::Dropout } else { Function::Relu },
                    inputs: [2, 0, 0],
                    out: 3,
                    imm: [0.5, 0.0],
                },
            ],
            outputs: vec![(3, out)],
            // So many that the chain needs more room than the product.
            registers: MAX_REGISTERS,
            len: m * n,
        };
        let mut records: Vec<Box<dyn Kernel>> = Vec::new();
        lower(shape, a, b, plain, work, None, &mut |r| records.push(r));
        records.push(Box::new(chain(plain, plain)));
        lower(shape, a, b, out, work, Some(chain(out, out)), &mut |r| records.push(r));
        run_all(&mut machine, &records);
        assert_eq!(machine.get(plain), machine.get(out));
    }
}

#[test]
fn every_tile_gives_the_same_bits() {
    for (m, n, k) in [(5, 11, 300), (64, 64, 64), (129, 37, 520), (32, 130, 300), DEEP_ONES[0]] {
        for flags in 0..4 {
            let shape = Shape { m, n, k, transpose_a: flags & 1 != 0, transpose_b: flags & 2 != 0, ..square(1) };
            let results: Vec<Vec<u32>> = TILES
                .iter()
                .map(|tile| {
                    prefer_tile(tile.rows, tile.columns);
                    product(&shape).0.iter().map(|x| x.to_bits()).collect()
                })
                .collect();
            prefer_tile(TILES[0].rows, TILES[0].columns);
            assert!(results.windows(2).all(|w| w[0] == w[1]), "{shape:?}");
        }
    }
}
