use super::*;
use crate::gemm::{prefer_tile, TILES};
use crate::testing::{run_all, Machine};

fn window(input: usize, taps: usize, stride: usize, before: usize, after: usize, dilation: usize) -> Window {
    let output = (input + before + after - (taps - 1) * dilation - 1) / stride + 1;
    Window { input, output, taps, stride, before, dilation }
}

/// Bits of the output and of both gradients. Chunks run last to first, over memory and scratch full of NaN.
fn passes(c: &Conv) -> Vec<u32> {
    let mut m = Machine::new();
    let (inputs, filters) = (c.groups * c.inputs, c.groups * c.filters);
    let image = c.batch * c.y.input * c.x.input * inputs;
    let result = c.batch * c.y.output * c.x.output * filters;
    let weights = c.y.taps * c.x.taps * c.inputs * filters;
    let (x, kernel, dy) = (m.random(image), m.random(weights), m.random(result));
    let (y, dx, dk) = (m.alloc(result), m.alloc(image), m.alloc(weights));
    let work = [c.workspace(), c.back_workspace(), c.kernel_workspace(None)].map(|words| m.alloc(words));
    let mut records = Vec::new();
    let push: Push = &mut |record| records.push(record);
    forward(c, x, kernel, y, work[0], None, push);
    input_grad(c, dy, kernel, dx, work[1], None, push);
    kernel_grad(c, x, Upstream::There(dy), dk, work[2], push);
    run_all(&mut m, &records);
    let bits: Vec<u32> = [y, dx, dk].iter().flat_map(|&span| m.get(span)).map(|v| v.to_bits()).collect();
    assert!(bits.iter().all(|&b| !f32::from_bits(b).is_nan()), "{c:?}");
    bits
}

#[test]
fn every_tile_gives_the_same_bits() {
    for c in [
        Conv { batch: 5, groups: 1, inputs: 1, filters: 9, y: window(13, 3, 1, 1, 1, 1), x: window(11, 3, 1, 1, 1, 1) },
        Conv { batch: 2, groups: 1, inputs: 3, filters: 5, y: window(9, 3, 1, 1, 1, 1), x: window(7, 3, 1, 1, 1, 1) },
        Conv { batch: 1, groups: 2, inputs: 7, filters: 9, y: window(11, 3, 2, 0, 1, 1), x: window(12, 2, 3, 1, 0, 2) },
        Conv {
            batch: 3,
            groups: 1,
            inputs: 40,
            filters: 17,
            y: window(20, 3, 1, 1, 1, 1),
            x: window(20, 3, 1, 1, 1, 1),
        },
        // Enough images to be cut into parts that see the same taps, with and without groups.
        Conv { batch: 17, groups: 1, inputs: 9, filters: 5, y: window(5, 3, 1, 1, 1, 1), x: window(7, 3, 1, 0, 0, 1) },
        Conv { batch: 40, groups: 2, inputs: 3, filters: 7, y: window(6, 3, 2, 1, 1, 1), x: window(9, 2, 1, 2, 1, 3) },
    ] {
        let mut results = TILES.iter().map(|tile| {
            prefer_tile(tile.rows, tile.columns);
            passes(&c)
        });
        let first = results.next().expect("there are tiles");
        assert!(results.all(|bits| bits == first), "{c:?}");
        prefer_tile(TILES[0].rows, TILES[0].columns);
    }
}
