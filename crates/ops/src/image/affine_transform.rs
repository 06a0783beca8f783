//! Images [N, H, W, C] of another size: the result at (x, y) is image n at (ax + by + c, dx + ey + f), its map being
//! row n of [N, 6]. Between cells by their distances or the nearest; outside lies a value (border 0), the last cell
//! (1), the image mirrored (2) or again (3).

use super::{sampling, with_shape, BILINEAR, BORDER, SIZE, VALUE};
use crate::prelude::*;
use kernels::affine::AffineTransform;

pub static OP: Op = Op {
    name: "affine_transform",
    inputs: &["images", "maps"],
    attrs: &[SIZE, BILINEAR, BORDER, VALUE],
    rule: Rule::Affine,
    lower: Lower::Records {
        workspace: none,
        lower: |l, push| {
            let sampling = sampling(&l.shapes[0], l.attrs, 0);
            push(Box::new(AffineTransform { sampling, images: l.inputs[0], maps: l.inputs[1], out: l.out }));
        },
    },
    vjp: Some(|e, c| {
        let [images, maps] = [c.inputs[0], c.inputs[1]];
        let of_images = with_shape(&e.shape(images), c.attrs);
        let of_maps = with_shape(&e.shape(maps), c.attrs);
        vec![
            Some(e.call(&super::affine_transform_input_grad::OP, &[c.dy, maps], of_images)),
            Some(e.call(&super::affine_transform_map_grad::OP, &[images, maps, c.dy], of_maps)),
        ]
    }),
    internal: false,
    #[cfg(any(test, feature = "reference"))]
    reference: |r| {
        let [h, w] = [r.shapes[0][1] as i64, r.shapes[0][2] as i64];
        // Walks along the border instead of computing the cell.
        let cell = |mut i: i64, n: i64| -> Option<usize> {
            match r.attrs.i32(2) {
                0 => (i >= 0 && i < n).then_some(i as usize),
                1 => Some(i.clamp(0, n - 1) as usize),
                2 => loop {
                    if i < 0 {
                        i = -1 - i;
                    } else if i >= n {
                        i = 2 * n - 1 - i;
                    } else {
                        break Some(i as usize);
                    }
                },
                _ => {
                    while i < 0 {
                        i += n;
                    }
                    while i >= n {
                        i -= n;
                    }
                    Some(i as usize)
                }
            }
        };
        let value = |n: usize, y: i64, x: i64, c: usize| match (cell(y, h), cell(x, w)) {
            (Some(y), Some(x)) => r.at(0, &[n, y, x, c]),
            _ => r.attrs.f32(3) as f64,
        };
        r.each(|p| {
            let m = |i: usize| r.at(1, &[p[0], i]);
            let (x, y) = (p[2] as f64, p[1] as f64);
            let (right, down) = (m(0) * x + m(1) * y + m(2), m(3) * x + m(4) * y + m(5));
            if !r.attrs.bool(1) {
                return value(p[0], down.round() as i64, right.round() as i64, p[3]);
            }
            let (u, v) = (right - right.floor(), down - down.floor());
            let at = |dy: i64, dx: i64| value(p[0], down.floor() as i64 + dy, right.floor() as i64 + dx, p[3]);
            (1.0 - v) * ((1.0 - u) * at(0, 0) + u * at(0, 1)) + v * ((1.0 - u) * at(1, 0) + u * at(1, 1))
        })
    },
    #[cfg(any(test, feature = "reference"))]
    samples: || {
        let attrs = |size: [i32; 2], bilinear: bool, border: i32| {
            vec![Attr::Ints(size.to_vec()), Attr::Bool(bilinear), Attr::I32(border), Attr::f32(0.75)]
        };
        let of = |shape: &[usize], attrs| Sample::of(&[shape, &[shape[0], 6]]).attrs(attrs);
        // Few places: finite differences must not step over a cell's edge.
        let mut all: Vec<Sample> = (0..4).map(|border| of(&[2, 3, 4, 2], attrs([2, 2], true, border))).collect();
        all.extend((0..4).map(|border| of(&[1, 3, 2, 1], attrs([2, 1], false, border))));
        all.extend([
            of(&[1, 1, 1, 5], attrs([1, 2], true, 2)),
            of(&[2, 3, 3, 1], attrs([2, 2], true, 4)).invalid(),
            of(&[2, 3, 3, 1], attrs([0, 2], true, 0)).invalid(),
            Sample::of(&[&[2, 3, 3, 1], &[1, 6]]).attrs(attrs([2, 2], true, 0)).invalid(),
            Sample::of(&[&[2, 3, 3], &[2, 6]]).attrs(attrs([2, 2], true, 0)).invalid(),
        ]);
        all
    },
};
