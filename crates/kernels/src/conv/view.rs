//! What one result of a walk over an image sees.

use super::axis::Axis;

/// The cells under a result's window, line by line, and the kernel's taps over them. Counted in cells and taps, from the
/// first of the batch.
#[derive(Clone, Copy)]
pub struct View {
    lines: usize,
    columns: usize,
    cell: usize,
    cell_line: usize,
    cell_step: usize,
    tap: isize,
    tap_line: isize,
    tap_step: isize,
}

impl View {
    /// Of the result [image, line, column]; `taps_x` columns of the kernel.
    #[inline(always)]
    pub fn new(y: &Axis, x: &Axis, taps_x: usize, [image, line, column]: [usize; 3]) -> View {
        let (top, left) = (y.base(line), x.base(column));
        let ((y0, y1), (x0, x1)) = (y.inside(top), x.inside(left));
        // Negative where nothing is seen.
        let line = (image * y.source) as isize + top + (y0 * y.dilation) as isize;
        let cell = line * x.source as isize + left + (x0 * x.dilation) as isize;
        View {
            lines: y1 - y0,
            columns: x1 - x0,
            cell: cell as usize,
            cell_line: y.dilation * x.source,
            cell_step: x.dilation,
            tap: (y.kernel_first + y0 as isize * y.kernel_step) * taps_x as isize
                + x.kernel_first
                + x0 as isize * x.kernel_step,
            tap_line: y.kernel_step * taps_x as isize,
            tap_step: x.kernel_step,
        }
    }

    /// Cells that are seen.
    pub fn count(&self) -> usize {
        self.lines * self.columns
    }

    /// The tap over the first cell.
    pub fn first_tap(&self) -> usize {
        self.tap as usize
    }

    /// The same as [`View::each`]; without loops where two lines of two cells are seen, as most poolings have it.
    #[inline(always)]
    pub fn each_of_few(&self, mut f: impl FnMut(usize, usize)) {
        if (self.lines, self.columns) != (2, 2) {
            return self.each(f);
        }
        let (tap, cell) = (self.tap as usize, self.cell);
        let (tap_line, tap_step) = (self.tap_line as usize, self.tap_step as usize);
        f(tap, cell);
        f(tap.wrapping_add(tap_step), cell + self.cell_step);
        f(tap.wrapping_add(tap_line), cell + self.cell_line);
        f(tap.wrapping_add(tap_line).wrapping_add(tap_step), cell + self.cell_line + self.cell_step);
    }

    /// Calls back with (tap, cell) in order. A closure, not an iterator: the loops stay loops.
    #[inline(always)]
    pub fn each(&self, mut f: impl FnMut(usize, usize)) {
        let (mut cells, mut taps) = (self.cell, self.tap);
        for _ in 0..self.lines {
            let (mut cell, mut tap) = (cells, taps);
            for _ in 0..self.columns {
                f(tap as usize, cell);
                cell += self.cell_step;
                tap += self.tap_step;
            }
            cells += self.cell_line;
            taps += self.tap_line;
        }
    }
}
