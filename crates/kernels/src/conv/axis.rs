//! Windows along one axis: which cells of the source a result sees, forwards and backwards.

/// A window as a layer describes it, along one axis of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Cells of the input, and of the output.
    pub input: usize,
    pub output: usize,
    /// Taps of the kernel.
    pub taps: usize,
    pub stride: usize,
    /// Padding cells before the first cell of the input.
    pub before: usize,
    pub dilation: usize,
}

/// A window as kernels walk it: result `i` sees the cells `i · stride + offset + tap · dilation` of its source, where
/// they exist. The gradient of the input is such a walk over the output's gradient, or several with a part of the taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub source: usize,
    pub count: usize,
    pub taps: usize,
    pub stride: usize,
    pub offset: isize,
    pub dilation: usize,
    /// Result `i` lies at `first + i · step` of the destination.
    pub first: usize,
    pub step: usize,
    /// Tap `t` is tap `kernel_first + t · kernel_step` of the kernel.
    pub kernel_first: isize,
    pub kernel_step: isize,
}

impl Axis {
    /// From the input to the output.
    pub fn forward(w: &Window) -> Axis {
        Axis {
            source: w.input,
            count: w.output,
            taps: w.taps,
            stride: w.stride,
            offset: -(w.before as isize),
            dilation: w.dilation,
            first: 0,
            step: 1,
            kernel_first: 0,
            kernel_step: 1,
        }
    }

    /// From the output to the input. Cells of the input `stride` apart see the output through the same taps, so each of
    /// these classes is a walk of its own, and no tap is multiplied with the zeros between the strides.
    pub fn backward(w: &Window) -> Vec<Axis> {
        (0..w.stride.min(w.input)).map(|first| Axis::class(w, first)).collect()
    }

    fn class(w: &Window, first: usize) -> Axis {
        let common = gcd(w.stride, w.dilation);
        let kernel_step = w.stride / common;
        let meets = |tap: &usize| (first + w.before).abs_diff(tap * w.dilation).is_multiple_of(w.stride);
        let start = (0..w.taps.min(kernel_step)).find(meets);
        let taps = start.map_or(0, |start| (w.taps - start).div_ceil(kernel_step));
        // The last tap of the kernel reaches furthest back: walking from it makes the cells ascend.
        let last = start.unwrap_or(0) + taps.saturating_sub(1) * kernel_step;
        Axis {
            source: w.output,
            count: (w.input - first).div_ceil(w.stride),
            taps,
            stride: 1,
            offset: ((first + w.before) as isize - (last * w.dilation) as isize).div_euclid(w.stride as isize),
            dilation: w.dilation / common,
            first,
            step: w.stride,
            kernel_first: last as isize,
            kernel_step: -(kernel_step as isize),
        }
    }

    /// The cell under tap 0; outside of the source in the padding.
    #[inline(always)]
    pub fn base(&self, index: usize) -> isize {
        (index * self.stride) as isize + self.offset
    }

    /// The taps from a base that meet the source: `from..to`.
    #[inline(always)]
    pub fn inside(&self, base: isize) -> (usize, usize) {
        let from = if base < 0 { self.steps(base.unsigned_abs()) } else { 0 };
        let left = self.source as isize - base;
        let to = if left > 0 { self.steps(left as usize).min(self.taps) } else { 0 };
        (from.min(to), to)
    }

    /// The results all of whose taps meet the source.
    pub fn interior(&self) -> std::ops::Range<usize> {
        let reach = (self.taps.saturating_sub(1) * self.dilation) as isize;
        let first = (-self.offset).max(0) as usize;
        let room = self.source as isize - self.offset - reach;
        let to = (room.max(0) as usize).div_ceil(self.stride).min(self.count);
        first.div_ceil(self.stride).min(to)..to
    }

    /// The walk in stretches of results that see the same taps, each a walk of its own without any cell outside; with
    /// each, the first of those taps.
    pub fn stretches(&self) -> Vec<(usize, Axis)> {
        let mut found: Vec<((usize, usize), Axis)> = Vec::new();
        for index in 0..self.count {
            let (from, to) = self.inside(self.base(index));
            match found.last_mut() {
                Some((seen, stretch)) if *seen == (from, to) => stretch.count += 1,
                _ => {
                    let stretch = Axis {
                        count: 1,
                        taps: to - from,
                        offset: self.base(index) + (from * self.dilation) as isize,
                        first: self.first + index * self.step,
                        kernel_first: self.kernel_first + from as isize * self.kernel_step,
                        ..*self
                    };
                    found.push(((from, to), stretch));
                }
            }
        }
        found.into_iter().map(|((from, _), stretch)| (from, stretch)).collect()
    }

    /// Taps until `cells` cells are passed.
    #[inline(always)]
    fn steps(&self, cells: usize) -> usize {
        // Almost always 1, and divisions are slow.
        if self.dilation == 1 {
            cells
        } else {
            cells.div_ceil(self.dilation)
        }
    }

    /// Tap `tap` of this walk as a tap of the kernel.
    #[inline(always)]
    pub fn kernel_tap(&self, tap: usize) -> usize {
        (self.kernel_first + tap as isize * self.kernel_step) as usize
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        gcd(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs (output, input, tap) that a window connects.
    fn pairs(w: &Window) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for o in 0..w.output {
            for tap in 0..w.taps {
                let cell = (o * w.stride + tap * w.dilation) as isize - w.before as isize;
                if (0..w.input as isize).contains(&cell) {
                    found.push((o, cell as usize, tap));
                }
            }
        }
        found.sort_unstable();
        found
    }

    fn walked(axis: &Axis, backward: bool) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for i in 0..axis.count {
            let base = axis.base(i);
            let (from, to) = axis.inside(base);
            for tap in from..to {
                let (at, cell) = (axis.first + i * axis.step, (base + (tap * axis.dilation) as isize) as usize);
                let (output, input) = if backward { (cell, at) } else { (at, cell) };
                found.push((output, input, axis.kernel_tap(tap)));
            }
        }
        found
    }

    #[test]
    fn both_directions_walk_the_same_pairs() {
        for input in 1..9usize {
            for taps in 1..5usize {
                for stride in 1..5 {
                    for dilation in 1..5 {
                        for (before, after) in [(0, 0), (1, 0), (0, 2), (3, 3)] {
                            let Some(room) = (input + before + after).checked_sub((taps - 1) * dilation + 1) else {
                                continue;
                            };
                            let w = Window { input, output: room / stride + 1, taps, stride, before, dilation };
                            let mut forward = walked(&Axis::forward(&w), false);
                            let mut backward: Vec<_> =
                                Axis::backward(&w).iter().flat_map(|axis| walked(axis, true)).collect();
                            let stretches: Vec<_> = Axis::backward(&w).iter().flat_map(Axis::stretches).collect();
                            let mut cut: Vec<_> = stretches.iter().flat_map(|(_, axis)| walked(axis, true)).collect();
                            for found in [&mut forward, &mut backward, &mut cut] {
                                found.sort_unstable();
                                assert_eq!(*found, pairs(&w), "{w:?}");
                            }
                            for axis in [Axis::forward(&w)].iter().chain(&Axis::backward(&w)) {
                                let inside = |i: &usize| {
                                    let base = axis.base(*i);
                                    base >= 0 && axis.inside(base) == (0, axis.taps)
                                };
                                let expected: Vec<usize> = (0..axis.count).filter(inside).collect();
                                assert!(axis.taps == 0 || axis.interior().eq(expected), "{w:?}");
                            }
                            for (_, axis) in stretches.iter().filter(|(_, axis)| axis.taps > 0) {
                                let seen = |i| axis.inside(axis.base(i));
                                assert!((0..axis.count).all(|i| seen(i) == (0, axis.taps)), "{w:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}
