//! Windows the naive way: every product of a convolution and every cell of a pooling, one by one.

use super::{conv, depthwise};
use crate::op::{Attr, Attrs};
use crate::shape::window::pool_windows;
use kernels::conv::Window;

/// Attributes of a convolution: strides, padding, dilation.
pub fn slide(strides: [i32; 2], padding: [i32; 4], dilation: [i32; 2]) -> Vec<Attr> {
    vec![Attr::Ints(strides.to_vec()), Attr::Ints(padding.to_vec()), Attr::Ints(dilation.to_vec())]
}

/// Attributes of a pooling.
pub fn pool(pool: [i32; 2], strides: [i32; 2], padding: [i32; 4]) -> Vec<Attr> {
    vec![Attr::Ints(pool.to_vec()), Attr::Ints(strides.to_vec()), Attr::Ints(padding.to_vec())]
}

/// (cell of the output, cell of the input, tap) wherever a window sees a cell.
fn sights(w: &Window) -> Vec<(usize, usize, usize)> {
    let all = (0..w.output).flat_map(|o| (0..w.taps).map(move |t| (o, t)));
    let cell = |(o, t): (usize, usize)| (o * w.stride + t * w.dilation).checked_sub(w.before).map(|i| (o, i, t));
    all.filter_map(cell).filter(|s| s.1 < w.input).collect()
}

fn at(shape: &[usize], place: [usize; 4]) -> usize {
    shape.iter().zip(place).fold(0, |at, (&d, p)| at * d + p)
}

/// Calls back with the places in image, kernel and output of every product of a convolution.
pub fn products(image: &[usize], kernel: &[usize], attrs: Attrs, from: usize, mut f: impl FnMut(usize, usize, usize)) {
    let c = conv(image, kernel, attrs, from);
    let output = [c.batch, c.y.output, c.x.output, kernel[3]];
    for n in 0..c.batch {
        for (oy, iy, ky) in sights(&c.y) {
            for (ox, ix, kx) in sights(&c.x) {
                for filter in 0..kernel[3] {
                    for input in 0..kernel[2] {
                        let channel = filter / c.filters * c.inputs + input;
                        let (x, k) = (at(image, [n, iy, ix, channel]), at(kernel, [ky, kx, input, filter]));
                        f(x, k, at(&output, [n, oy, ox, filter]));
                    }
                }
            }
        }
    }
}

/// The same for a depthwise convolution.
pub fn depthwise_products(
    image: &[usize],
    kernel: &[usize],
    attrs: Attrs,
    from: usize,
    mut f: impl FnMut(usize, usize, usize),
) {
    let d = depthwise(image, kernel, attrs, from);
    let output = [d.batch, d.y.output, d.x.output, d.channels * d.multiplier];
    for n in 0..d.batch {
        for (oy, iy, ky) in sights(&d.y) {
            for (ox, ix, kx) in sights(&d.x) {
                for wide in 0..output[3] {
                    let (c, m) = (wide / d.multiplier, wide % d.multiplier);
                    let (x, k) = (at(image, [n, iy, ix, c]), at(kernel, [ky, kx, c, m]));
                    f(x, k, at(&output, [n, oy, ox, wide]));
                }
            }
        }
    }
}

/// For every result of a pooling, the places of the cells under its window, in order.
pub fn cells(image: &[usize], attrs: Attrs, from: usize) -> Vec<Vec<usize>> {
    let [y, x] = pool_windows(&image[1..3], attrs, from).expect("a valid sample");
    let output = [image[0], y.output, x.output, image[3]];
    let mut found = vec![Vec::new(); output.iter().product()];
    for n in 0..image[0] {
        for c in 0..image[3] {
            for (oy, iy, _) in sights(&y) {
                for (ox, ix, _) in sights(&x) {
                    found[at(&output, [n, oy, ox, c])].push(at(image, [n, iy, ix, c]));
                }
            }
        }
    }
    found
}
