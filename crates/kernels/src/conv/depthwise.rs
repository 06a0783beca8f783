//! Depthwise convolution: every channel with kernels of its own, vectorised along the channels.
//!
//! With several kernels per channel (a multiplier), the image is first repeated channel by channel; from then on there
//! is one kernel per channel.

use super::axis::{Axis, Window};
use super::{add_parts, finish, Push, View};
use crate::channels::{load, store};
use crate::fused::Fused;
use crate::layout::StridedCopy;
use crate::record::{Kernel, StepContext};
use crate::reduce::{Kind, Reduce};
use parallel::Span;
use simd::{F32x4, LANES};

/// Products per chunk that are worth handing to a thread.
const CHUNK: usize = 64 * 1024;
/// Chunks that are enough for any number of threads.
const CHUNKS: usize = 64;
/// Vectors of channels that are summed side by side.
const WIDE: usize = 4;

/// Sizes of a depthwise convolution of [N, H, W, C] with a kernel [KH, KW, C, multiplier].
#[derive(Clone, Copy, Debug)]
pub struct Depthwise {
    pub batch: usize,
    pub channels: usize,
    pub multiplier: usize,
    pub y: Window,
    pub x: Window,
}

impl Depthwise {
    fn wide(&self) -> usize {
        self.channels * self.multiplier
    }
    /// Words of the repeated image.
    fn repeated(&self) -> usize {
        self.batch * self.y.input * self.x.input * self.wide()
    }
    fn kernel(&self) -> usize {
        self.y.taps * self.x.taps * self.wide()
    }

    fn walk(&self, y: Axis, x: Axis, size: [usize; 2]) -> Walk {
        Walk { batch: self.batch, channels: self.wide(), taps_x: self.x.taps, y, x, size }
    }
    fn forward_walk(&self) -> Walk {
        self.walk(Axis::forward(&self.y), Axis::forward(&self.x), [self.y.output, self.x.output])
    }

    /// Words of workspace for [`depthwise`] and [`depthwise_input_grad`].
    pub fn workspace(&self) -> usize {
        if self.multiplier == 1 {
            0
        } else {
            self.repeated()
        }
    }

    /// Words of workspace for [`depthwise_kernel_grad`].
    pub fn kernel_workspace(&self) -> usize {
        let parts = self.forward_walk().parts();
        self.workspace() + if parts == 1 { 0 } else { parts * self.kernel() }
    }

    /// The image with each channel repeated; itself where there is nothing to repeat.
    fn repeat(&self, x: Span, workspace: Span, push: Push) -> Span {
        if self.multiplier == 1 {
            return x;
        }
        let out = Span { len: self.repeated(), ..workspace };
        push(Box::new(StridedCopy {
            input: x,
            out,
            shape: vec![self.repeated() / self.multiplier, self.multiplier],
            input_offset: 0,
            input_strides: vec![1, 0],
            out_offset: 0,
            out_strides: vec![self.multiplier, 1],
        }));
        out
    }
}

/// out = depthwise(x, kernel), with `epilogue` on finished lines.
pub fn depthwise(
    d: &Depthwise,
    x: Span,
    kernel: Span,
    out: Span,
    workspace: Span,
    epilogue: Option<Fused>,
    push: Push,
) {
    let source = d.repeat(x, workspace, push);
    push(Box::new(Lines { walk: d.forward_walk(), source, kernel, out, epilogue }));
}

/// The gradient of the image, with `epilogue` on what is finished.
pub fn depthwise_input_grad(
    d: &Depthwise,
    dy: Span,
    kernel: Span,
    out: Span,
    workspace: Span,
    epilogue: Option<Fused>,
    push: Push,
) {
    let whole = d.multiplier == 1;
    let wide = if whole { out } else { Span { len: d.repeated(), ..workspace } };
    let (lines, columns) = (Axis::backward(&d.y), Axis::backward(&d.x));
    let once = whole && lines.len() * columns.len() == 1;
    let (inside, after) = if once { (epilogue, None) } else { (None, epilogue) };
    for y in lines {
        for x in &columns {
            let walk = d.walk(y, *x, [d.y.input, d.x.input]);
            push(Box::new(Lines { walk, source: dy, kernel, out: wide, epilogue: inside.clone() }));
        }
    }
    if !whole {
        let outer = d.repeated() / d.multiplier;
        push(Box::new(Reduce::new(Kind::Sum, wide, out, outer, d.multiplier, 1)));
    }
    finish(after, push);
}

/// The gradient of the kernel.
pub fn depthwise_kernel_grad(d: &Depthwise, x: Span, dy: Span, out: Span, workspace: Span, push: Push) {
    let source = d.repeat(x, workspace, push);
    let walk = d.forward_walk();
    let parts = walk.parts();
    if parts == 1 {
        return push(Box::new(KernelGrad { walk, source, dy, out }));
    }
    let used = d.workspace();
    let sums = Span { offset: workspace.offset + used, len: parts * d.kernel(), ..workspace };
    push(Box::new(KernelGrad { walk, source, dy, out: sums }));
    push(Box::new(add_parts(sums, out, parts, d.kernel())));
}

/// Sizes of a walk, with one kernel per channel.
#[derive(Clone, Copy)]
struct Walk {
    batch: usize,
    channels: usize,
    /// Columns of the kernel's window.
    taps_x: usize,
    y: Axis,
    x: Axis,
    /// Lines and columns of the destination.
    size: [usize; 2],
}

impl Walk {
    fn lines(&self) -> usize {
        self.batch * self.y.count
    }
    fn line_work(&self) -> usize {
        (self.x.count * self.channels * self.y.taps * self.x.taps).max(1)
    }
    fn flops(&self) -> u64 {
        2 * (self.lines() * self.line_work()) as u64
    }
    /// Lines per partial sum of the kernel's gradient.
    fn part(&self) -> usize {
        (CHUNK / self.line_work()).max(self.lines() / CHUNKS).max(1)
    }
    fn parts(&self) -> usize {
        self.lines().div_ceil(self.part()).max(1)
    }
}

/// The convolution; a chunk is a block of lines of the result.
struct Lines {
    walk: Walk,
    source: Span,
    kernel: Span,
    out: Span,
    epilogue: Option<Fused>,
}

impl Lines {
    fn chunk_lines(&self) -> usize {
        (CHUNK / self.walk.line_work()).max(1)
    }

    /// One result: Σ source · kernel over its taps, for all channels.
    fn pixel(&self, source: &[f32], kernel: &[f32], view: &View, out: &mut [f32]) {
        let wide = out.len() / (WIDE * LANES) * (WIDE * LANES);
        let (blocks, rest) = out.split_at_mut(wide);
        for (i, block) in blocks.chunks_exact_mut(WIDE * LANES).enumerate() {
            self.block::<WIDE>(source, kernel, view, i * WIDE * LANES, block);
        }
        for (i, block) in rest.chunks_mut(LANES).enumerate() {
            self.block::<1>(source, kernel, view, wide + i * LANES, block);
        }
    }

    /// Channels `at..at + out.len()` of one result, `V` vectors of them.
    #[inline(always)]
    fn block<const V: usize>(&self, source: &[f32], kernel: &[f32], view: &View, at: usize, out: &mut [f32]) {
        let channels = self.walk.channels;
        let len = if V == 1 { out.len() } else { V * LANES };
        let mut sums = [F32x4::splat(0.0); V];
        view.each(|tap, cell| {
            let (kernel, source) = (&kernel[tap * channels + at..][..len], &source[cell * channels + at..][..len]);
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = load(&source[v * LANES..]).madd(load(&kernel[v * LANES..]), *sum);
            }
        });
        for (sum, out) in sums.iter().zip(out.chunks_mut(LANES)) {
            store(*sum, out);
        }
    }
}

impl Kernel for Lines {
    fn name(&self) -> &'static str {
        "depthwise"
    }
    fn chunks(&self) -> usize {
        self.walk.lines().div_ceil(self.chunk_lines())
    }
    fn scratch(&self) -> usize {
        self.epilogue.as_ref().map_or(0, |e| e.scratch())
    }
    fn flops(&self) -> u64 {
        self.walk.flops() + self.epilogue.as_ref().map_or(0, |e| e.flops())
    }
    fn bytes(&self) -> u64 {
        4 * (self.source.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let Walk { channels, y, x, size, .. } = &self.walk;
        // SAFETY: inputs of this record.
        let (source, kernel) = unsafe { (context.read(self.source), context.read(self.kernel)) };
        let from = chunk * self.chunk_lines();
        let to = (from + self.chunk_lines()).min(self.walk.lines());
        for line in from..to {
            let (image, row) = (line / y.count, line % y.count);
            let start = (image * size[0] + y.first + row * y.step) * size[1] + x.first;
            for column in 0..x.count {
                let place = (start + column * x.step) * channels;
                // SAFETY: each result belongs to one chunk of one of the classes, which share no cell.
                let out = unsafe { context.write(self.out, place, place + channels) };
                let view = View::new(y, x, self.walk.taps_x, [image, row, column]);
                self.pixel(source, kernel, &view, out);
            }
        }
        if let Some(epilogue) = &self.epilogue {
            let line = x.count * channels;
            epilogue.run_range(context, from * line, to * line, scratch);
        }
    }
}

/// The kernel's gradient; a chunk is the partial sum of a block of lines.
struct KernelGrad {
    walk: Walk,
    source: Span,
    dy: Span,
    out: Span,
}

impl KernelGrad {
    /// Adds what one line of results gives one tap: Σ source · dy along the line, whose cells begin at `cells`.
    fn line(&self, source: &[f32], dy: &[f32], cells: usize, tap: usize, sums: &mut [f32]) {
        let wide = sums.len() / (WIDE * LANES) * (WIDE * LANES);
        let (blocks, rest) = sums.split_at_mut(wide);
        for (i, block) in blocks.chunks_exact_mut(WIDE * LANES).enumerate() {
            self.block::<WIDE>(source, dy, cells, tap, i * WIDE * LANES, block);
        }
        for (i, block) in rest.chunks_mut(LANES).enumerate() {
            self.block::<1>(source, dy, cells, tap, wide + i * LANES, block);
        }
    }

    #[inline(always)]
    fn block<const V: usize>(&self, source: &[f32], dy: &[f32], cells: usize, tap: usize, at: usize, sums: &mut [f32]) {
        let Walk { channels, x, .. } = &self.walk;
        let len = if V == 1 { sums.len() } else { V * LANES };
        let mut lanes = [F32x4::splat(0.0); V];
        for column in 0..x.count {
            let cell = x.base(column) + (tap * x.dilation) as isize;
            if cell < 0 || cell >= x.source as isize {
                continue;
            }
            let values = &source[(cells + cell as usize) * channels + at..][..len];
            let dy = &dy[column * channels + at..][..len];
            for (v, sum) in lanes.iter_mut().enumerate() {
                *sum = load(&values[v * LANES..]).madd(load(&dy[v * LANES..]), *sum);
            }
        }
        for (lane, sum) in lanes.into_iter().zip(sums.chunks_mut(LANES)) {
            store(load(sum) + lane, sum);
        }
    }
}

impl Kernel for KernelGrad {
    fn name(&self) -> &'static str {
        "depthwise_kernel_grad"
    }
    fn chunks(&self) -> usize {
        self.walk.parts()
    }
    fn flops(&self) -> u64 {
        self.walk.flops()
    }
    fn bytes(&self) -> u64 {
        4 * (self.source.len + self.dy.len + self.out.len) as u64
    }
    fn run(&self, context: &StepContext, chunk: usize, _scratch: &mut [f32]) {
        let Walk { channels, taps_x, y, x, .. } = &self.walk;
        let words = y.taps * x.taps * channels;
        // SAFETY: inputs of this record, and the partial sum of this chunk.
        let (source, dy, out) = unsafe {
            (
                context.read(self.source),
                context.read(self.dy),
                context.write(self.out, chunk * words, (chunk + 1) * words),
            )
        };
        out.fill(0.0);
        let from = chunk * self.walk.part();
        for line in from..(from + self.walk.part()).min(self.walk.lines()) {
            let (image, row) = (line / y.count, line % y.count);
            let dy = &dy[line * x.count * channels..][..x.count * channels];
            let top = y.base(row);
            let (first, last) = y.inside(top);
            for tap_y in first..last {
                let cell = (top + (tap_y * y.dilation) as isize) as usize;
                let cells = (image * y.source + cell) * x.source;
                for tap in 0..x.taps {
                    let sums = &mut out[(tap_y * taps_x + tap) * channels..][..*channels];
                    self.line(source, dy, cells, tap, sums);
                }
            }
        }
    }
}
