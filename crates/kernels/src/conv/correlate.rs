//! The walk of a window over an image as a matrix product: patches × kernel. Forward it makes the output; over the
//! output's gradient, with the kernel's channels exchanged, it makes the input's.

use super::axis::Axis;
use super::patches::{Patches, Pixel};
use crate::fused::Fused;
use crate::gemm::{pack_b, Panel, Sweep, Tile, KC, LARGEST};
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Work per chunk that is worth handing to a thread.
const CHUNK_FLOPS: usize = 400_000;
/// Most rows that are packed together; a multiple of every tile's rows.
const ROWS: usize = 96;
/// Chunks that are enough for any number of threads.
const CHUNKS: usize = 64;

/// Sizes of a walk.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    pub batch: usize,
    pub groups: usize,
    /// Channels that a group reads and writes.
    pub depth: usize,
    pub width: usize,
    pub y: Axis,
    pub x: Axis,
    /// Lines and columns of the destination.
    pub size: [usize; 2],
}

impl Walk {
    /// Rows and inner size of the product.
    pub fn rows(&self) -> usize {
        self.batch * self.y.count * self.x.count
    }
    pub fn inner(&self) -> usize {
        self.y.taps * self.x.taps * self.depth
    }
    pub fn flops(&self) -> u64 {
        2 * (self.rows() * self.inner()) as u64 * (self.groups * self.width) as u64
    }
    /// Words of the packed kernel.
    pub fn packed(&self, columns: usize) -> usize {
        self.groups * self.width.div_ceil(columns) * columns * self.inner()
    }
}

/// Packs a kernel [KH, KW, C/groups, F]: for each group its panels of columns, each in the order of the walk's taps.
pub(super) struct PackKernel {
    pub walk: Walk,
    pub tile: Tile,
    pub kernel: Span,
    pub out: Span,
    /// Columns of the kernel's window.
    pub taps_x: usize,
    /// Reads channels of the output, writes those of the input.
    pub transposed: bool,
}

impl Kernel for PackKernel {
    fn name(&self) -> &'static str {
        "pack_kernel"
    }
    fn chunks(&self) -> usize {
        if self.walk.inner() == 0 {
            0
        } else {
            self.walk.groups * self.walk.width.div_ceil(self.tile.columns)
        }
    }
    fn flops(&self) -> u64 {
        self.walk.packed(self.tile.columns) as u64
    }
    fn bytes(&self) -> u64 {
        8 * self.flops()
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Walk { groups, depth, width, y, x, .. } = self.walk;
        let columns = self.tile.columns;
        let panels = width.div_ceil(columns);
        let (group, j0) = (chunk / panels, chunk % panels * columns);
        let size = self.walk.inner() * columns;
        // SAFETY: the kernel is an input of this record, and each panel belongs to one chunk.
        let (kernel, out) =
            unsafe { (context.read(self.kernel), context.write(self.out, chunk * size, (chunk + 1) * size)) };
        let (inputs, filters) = if self.transposed { (width, depth * groups) } else { (depth, width * groups) };
        let part = columns.min(width - j0);
        for (tap, out) in out.chunks_exact_mut(depth * columns).enumerate() {
            let (tap_y, tap_x) = (y.kernel_tap(tap / x.taps), x.kernel_tap(tap % x.taps));
            let matrix = &kernel[(tap_y * self.taps_x + tap_x) * inputs * filters..][..inputs * filters];
            if self.transposed {
                pack_b(matrix, filters, true, group * depth, depth, j0, part, columns, out);
            } else {
                pack_b(matrix, filters, false, 0, depth, group * width + j0, part, columns, out);
            }
        }
    }
}

fn pack<const M: usize>(patches: &Patches, row: usize, rows: usize, k0: usize, k: usize, out: &mut [f32]) {
    if patches.depth == 1 {
        return patches.pack_thin::<M>(row, rows, k0, k, out);
    }
    let mut next = Pixel::of(row, patches.y, patches.x);
    for (i, panel) in (0..rows).step_by(M).zip(out.chunks_exact_mut(M * k)) {
        let mut pixels = [Pixel::default(); M];
        let pixels = &mut pixels[..M.min(rows - i)];
        for pixel in pixels.iter_mut() {
            *pixel = next;
            next = next.next(patches.y, patches.x);
        }
        patches.pack_rows::<M>(pixels, k0, k0 + k, panel);
    }
}

/// The product; a chunk is a block of results.
pub(super) struct Correlate {
    pub walk: Walk,
    pub tile: Tile,
    pub source: Span,
    pub packed: Span,
    pub out: Span,
    pub epilogue: Option<Fused>,
}

impl Correlate {
    /// Rows per chunk: enough work to be worth a thread, few enough that every thread gets some.
    fn chunk_rows(&self) -> usize {
        let per_row = (2 * self.walk.inner() * self.walk.groups * self.walk.width).max(1);
        let rows = (CHUNK_FLOPS / per_row).max(self.walk.rows() / CHUNKS);
        (rows / 24 * 24).clamp(24, ROWS)
    }

    fn panel_words(&self) -> usize {
        self.chunk_rows() * KC.min(self.walk.inner())
    }

    /// Results that lie side by side in the destination are written there at once, others through scratch.
    fn direct(&self) -> bool {
        [self.walk.y.count, self.walk.x.count] == self.walk.size
    }

    fn product(&self, context: &StepContext, row: usize, rows: usize, out: &mut [f32], scratch: &mut [f32]) {
        let Walk { groups, depth, width, y, x, .. } = &self.walk;
        // SAFETY: inputs of this record.
        let (source, packed) = unsafe { (context.read(self.source), context.read(self.packed)) };
        let (panels, scratch) = scratch.split_at_mut(self.panel_words());
        let edge = &mut scratch[..LARGEST];
        let (inner, columns, channels) = (self.walk.inner(), self.tile.columns, groups * depth);
        for group in 0..*groups {
            let patches = Patches { source, y, x, channels, first: group * depth, depth: *depth };
            let kernel = &packed[group * width.div_ceil(columns) * columns * inner..];
            for k0 in (0..inner).step_by(KC) {
                let k = KC.min(inner - k0);
                self.pack(&patches, row, rows, k0, k, panels);
                let b =
                    |j: usize| Panel { at: kernel[j * inner + k0 * columns..][..k * columns].as_ptr(), step: columns };
                let sweep = Sweep { tile: self.tile, rows, n: *width, k, ldc: groups * width, accumulate: k0 > 0 };
                sweep.run(panels, b, &mut out[group * width..], edge);
            }
        }
    }

    /// Packs `k` columns of patches of a chunk's rows.
    fn pack(&self, patches: &Patches, row: usize, rows: usize, k0: usize, k: usize, out: &mut [f32]) {
        match self.tile.rows {
            4 => pack::<4>(patches, row, rows, k0, k, out),
            6 => pack::<6>(patches, row, rows, k0, k, out),
            8 => pack::<8>(patches, row, rows, k0, k, out),
            rows => unreachable!("no tile has {rows} rows"),
        }
    }

    /// Copies finished rows to their places.
    fn scatter(&self, context: &StepContext, row: usize, rows: &[f32]) {
        let Walk { y, x, size, groups, width, .. } = &self.walk;
        let channels = groups * width;
        let mut pixel = Pixel::of(row, y, x);
        for values in rows.chunks_exact(channels) {
            let at = pixel.place(y, x, *size, channels);
            // SAFETY: each result belongs to one chunk of one of the classes, which share no cell.
            unsafe { context.write(self.out, at, at + channels) }.copy_from_slice(values);
            pixel = pixel.next(y, x);
        }
    }
}

impl Kernel for Correlate {
    fn name(&self) -> &'static str {
        "conv"
    }
    fn chunks(&self) -> usize {
        self.walk.rows().div_ceil(self.chunk_rows())
    }
    fn scratch(&self) -> usize {
        let result = if self.direct() { 0 } else { self.chunk_rows() * self.walk.groups * self.walk.width };
        let own = self.panel_words() + LARGEST + result;
        own.max(self.epilogue.as_ref().map_or(0, |e| e.scratch()))
    }
    fn flops(&self) -> u64 {
        self.walk.flops() + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.source.len + self.packed.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let channels = self.walk.groups * self.walk.width;
        let row = chunk * self.chunk_rows();
        let rows = self.chunk_rows().min(self.walk.rows() - row);
        if self.direct() {
            let (from, to) = (row * channels, (row + rows) * channels);
            // SAFETY: these rows belong to this chunk.
            let out = unsafe { context.write(self.out, from, to) };
            self.finish(context, row, rows, out, scratch);
            if let Some(epilogue) = &self.epilogue {
                epilogue.run_range(context, from, to, scratch);
            }
        } else {
            let (out, scratch) = scratch.split_at_mut(rows * channels);
            self.finish(context, row, rows, out, scratch);
            self.scatter(context, row, out);
        }
    }
}

impl Correlate {
    fn finish(&self, context: &StepContext, row: usize, rows: usize, out: &mut [f32], scratch: &mut [f32]) {
        if self.walk.inner() == 0 {
            // A class of cells that no tap reaches.
            out.fill(0.0);
        } else {
            self.product(context, row, rows, out, scratch);
        }
    }
}
