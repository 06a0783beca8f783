//! The walk of a window over an image as a matrix product: patches × kernel. Forward it makes the output; over the
//! output's gradient, with the kernel's channels exchanged, it makes the input's.

use super::axis::Axis;
use super::parts::{Part, Parts, Piece, BLOCK};
use super::patches::{Patches, Pixel};
use crate::copy::copy;
use crate::fused::Fused;
use crate::gemm::{pack_b, Cut, Edge, Left, Panels, Sweep, Tile};
use crate::join::Images;
use crate::record::{Kernel, StepContext};
use parallel::Span;
use std::ops::Range;

/// Work per chunk that is worth handing to a thread.
const CHUNK_FLOPS: usize = 400_000;
/// Most patches that are there at a time.
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
    /// Inner size of the product.
    pub fn inner(&self) -> usize {
        self.y.taps * self.x.taps * self.depth
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

/// The product; a chunk is a block of results, or of images where the walk is cut into parts.
pub(super) struct Correlate {
    walk: Walk,
    parts: Parts,
    tile: Tile,
    source: Span,
    packed: Span,
    out: Span,
    epilogue: Option<Fused>,
}

impl Correlate {
    /// `epilogue` runs on what is finished, where the walk makes all of the destination.
    pub fn new(walk: Walk, tile: Tile, source: Span, packed: Span, out: Span, epilogue: Option<Fused>) -> Correlate {
        let parts = Parts::of(walk.batch, &walk.y, &walk.x);
        Correlate { walk, parts, tile, source, packed, out, epilogue }
    }

    fn channels(&self) -> usize {
        self.walk.groups * self.walk.width
    }

    /// The only part, if there is just one.
    fn only(&self) -> Option<&Part> {
        match &self.parts.all[..] {
            [part] => Some(part),
            _ => None,
        }
    }

    /// Results that lie side by side in the destination are written there at once, others through scratch.
    fn direct(&self) -> bool {
        self.only().is_some_and(|part| [part.y.count, part.x.count] == self.walk.size)
    }

    /// Rows of the only part that are a chunk: enough work to be worth a thread, few enough that every thread gets some.
    fn chunk_rows(&self, part: &Part) -> usize {
        let per_row = (2 * part.taps() * self.walk.depth * self.channels()).max(1);
        let rows = (CHUNK_FLOPS / per_row).max(part.rows(self.walk.batch) / CHUNKS);
        (rows / 24 * 24).clamp(24, ROWS)
    }

    /// Columns of the patches that are there at a time, at most.
    fn block(&self) -> usize {
        BLOCK.min(self.walk.inner())
    }

    /// Results `rows` of a part.
    fn product(&self, context: &StepContext, part: &Part, rows: Range<usize>, out: &mut [f32], scratch: &mut [f32]) {
        let Walk { groups, depth, width, .. } = self.walk;
        if part.taps() * depth == 0 {
            // No tap reaches these cells.
            return out.fill(0.0);
        }
        // SAFETY: inputs of this record.
        let (source, packed) = unsafe { (context.read(self.source), context.read(self.packed)) };
        let (matrix, scratch) = scratch.split_at_mut(ROWS * self.block());
        let edge = &mut Edge::of(scratch);
        let (inner, columns, channels) = (self.walk.inner(), self.tile.columns, groups * depth);
        for group in 0..groups {
            let patches = Patches { source, y: &part.y, x: &part.x, channels, first: group * depth, depth };
            let kernel = &packed[group * width.div_ceil(columns) * columns * inner..];
            for Piece { patch, kernel: at, len: k } in part.pieces(depth) {
                patches.write(rows.start, rows.len(), patch..patch + k, k, matrix);
                let b = Panels::packed(&kernel[at * columns..], width, k, columns, inner);
                let accumulate = patch > 0;
                let cut = Cut::evenly(rows.len(), self.tile);
                let a = Left::lying(matrix, &cut, k, k, 1, edge);
                let sweep = Sweep { cut, n: width, k, ldc: groups * width, accumulate };
                sweep.run(a, b, &mut out[group * width..], edge);
            }
        }
    }

    /// Copies finished results of a part, from `row` on, to their places.
    fn scatter(&self, context: &StepContext, Part { y, x, .. }: &Part, row: usize, rows: &[f32]) {
        let channels = self.channels();
        let mut pixel = Pixel::of(row, y, x);
        for values in rows.chunks_exact(channels) {
            let at = pixel.place(y, x, self.walk.size, channels);
            // SAFETY: each result belongs to one chunk of one of the classes, which share no cell.
            copy(values, unsafe { context.write(self.out, at, at + channels) });
            pixel = pixel.after(1, y, x);
        }
    }

    /// Results `rows` of the only part, in their places.
    #[inline(never)]
    fn finished(&self, context: &StepContext, part: &Part, rows: Range<usize>, scratch: &mut [f32]) {
        let words = rows.start * self.channels()..rows.end * self.channels();
        // SAFETY: these rows belong to this chunk.
        let out = unsafe { context.write(self.out, words.start, words.end) };
        self.product(context, part, rows, out, scratch);
        self.finish(context, words, scratch);
    }

    /// Results `rows` of a part, by way of scratch.
    fn placed(&self, context: &StepContext, part: &Part, rows: Range<usize>, scratch: &mut [f32]) {
        let (out, rest) = scratch.split_at_mut(rows.len() * self.channels());
        self.product(context, part, rows.clone(), out, rest);
        self.scatter(context, part, rows.start, out);
    }

    /// All parts of a few images.
    fn all_parts(&self, context: &StepContext, images: Range<usize>, scratch: &mut [f32]) {
        for part in &self.parts.all {
            let end = part.rows(images.end);
            for row in (part.rows(images.start)..end).step_by(ROWS) {
                self.placed(context, part, row..(row + ROWS).min(end), scratch);
            }
        }
        let words = self.walk.size[0] * self.walk.size[1] * self.channels();
        self.finish(context, images.start * words..images.end * words, scratch);
    }

    fn finish(&self, context: &StepContext, words: Range<usize>, scratch: &mut [f32]) {
        if let Some(epilogue) = &self.epilogue {
            epilogue.run_range(context, words.start, words.end, scratch);
        }
    }
}

impl Kernel for Correlate {
    fn name(&self) -> &'static str {
        "conv"
    }
    fn chunks(&self) -> usize {
        match self.only() {
            Some(part) => part.rows(self.walk.batch).div_ceil(self.chunk_rows(part)),
            None => self.walk.batch.div_ceil(self.parts.images),
        }
    }
    fn scratch(&self) -> usize {
        let result = if self.direct() { 0 } else { ROWS * self.channels() };
        let own = result + ROWS * self.block() + Edge::words(self.tile, self.block());
        own.max(self.epilogue.as_ref().map_or(0, |e| e.scratch()))
    }
    fn flops(&self) -> u64 {
        let results: usize = self.parts.all.iter().map(|part| part.rows(self.walk.batch) * part.taps()).sum();
        let product = 2 * (results * self.walk.depth) as u64 * self.channels() as u64;
        product + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.source.len + self.packed.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let Some(part) = self.only() else {
            let first = chunk * self.parts.images;
            return self.all_parts(context, first..(first + self.parts.images).min(self.walk.batch), scratch);
        };
        let first = chunk * self.chunk_rows(part);
        let rows = first..(first + self.chunk_rows(part)).min(part.rows(self.walk.batch));
        if !self.direct() {
            return self.placed(context, part, rows, scratch);
        }
        self.finished(context, part, rows, scratch);
    }
    fn images(&self) -> Option<Images> {
        let (Walk { batch, .. }, epilogue) = (self.walk, self.epilogue.as_ref());
        self.direct().then(|| Images::new(batch, self.source, &[self.packed], self.out, epilogue))
    }
    fn run_images(&self, context: &StepContext, images: Range<usize>, scratch: &mut [f32]) {
        let part = self.only().expect("what is direct has one part");
        let (first, end) = (part.rows(images.start), part.rows(images.end));
        // Whole tiles, in as few and as equal blocks as can be.
        let rows = (end - first).div_ceil((end - first).div_ceil(ROWS).max(1)).next_multiple_of(self.tile.rows).max(1);
        for row in (first..end).step_by(rows) {
            self.finished(context, part, row..(row + rows).min(end), scratch);
        }
    }
}
