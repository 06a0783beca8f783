//! Convolution of images [N, H, W, C] with a kernel [KH, KW, C / groups, F], its transposition and its gradients.
//!
//! All of them are matrix products whose left operand is made from the image a block at a time; a kernel of one tap is a
//! plain product.

mod axis;
mod correlate;
mod depthwise;
mod kernel_grad;
mod parts;
mod patches;
mod view;

pub use axis::{Axis, Window};
pub use depthwise::{depthwise, depthwise_input_grad, depthwise_kernel_grad, Depthwise};
pub use kernel_grad::Upstream;
pub use view::View;

use crate::fused::Fused;
use crate::gemm::{self, preferred, widest, KC};
use crate::pool::Windows;
use crate::record::Kernel;
use crate::reduce::{Kind, Reduce};
use correlate::{Correlate, PackKernel, Walk};
use kernel_grad::{KernelGrad, Sizes};
use parallel::Span;

type Push<'a> = &'a mut dyn FnMut(Box<dyn Kernel>);

/// Sizes of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    pub batch: usize,
    pub groups: usize,
    /// Channels of the input and of the output in a group.
    pub inputs: usize,
    pub filters: usize,
    pub y: Window,
    pub x: Window,
}

impl Conv {
    /// As a plain product: each cell of the output sees just its own cell of the input.
    fn product(&self) -> Option<gemm::Shape> {
        let plain = |w: &Window| w.taps == 1 && w.stride == 1 && w.input == w.output;
        (self.groups == 1 && plain(&self.y) && plain(&self.x)).then(|| gemm::Shape {
            batch: 1,
            m: self.batch * self.y.input * self.x.input,
            n: self.filters,
            k: self.inputs,
            transpose_a: false,
            transpose_b: false,
            stride_a: 0,
            stride_b: 0,
        })
    }

    /// The product that makes the input's gradient.
    fn back_product(&self) -> Option<gemm::Shape> {
        self.product().map(|s| gemm::Shape { n: s.k, k: s.n, transpose_b: true, ..s })
    }

    fn walk(&self) -> Walk {
        Walk {
            batch: self.batch,
            groups: self.groups,
            depth: self.inputs,
            width: self.filters,
            y: Axis::forward(&self.y),
            x: Axis::forward(&self.x),
            size: [self.y.output, self.x.output],
        }
    }

    /// The walks that make the input's gradient: one for each class of its cells.
    fn back_walks(&self) -> Vec<Walk> {
        let columns = Axis::backward(&self.x);
        let lines = Axis::backward(&self.y);
        let pairs = lines.iter().flat_map(|y| columns.iter().map(move |x| (*y, *x)));
        pairs
            .map(|(y, x)| Walk {
                depth: self.filters,
                width: self.inputs,
                y,
                x,
                size: [self.y.input, self.x.input],
                ..self.walk()
            })
            .collect()
    }

    /// Sizes of the kernel's gradient, from results that are made `unit` at a time.
    fn sizes(&self, unit: usize) -> Sizes {
        let Walk { batch, groups, depth, width, y, x, .. } = self.walk();
        Sizes { batch, groups, depth, width, y, x, block: KC / unit * unit }
    }

    /// Whether [`kernel_grad`] can make the gradient of its results from that of their pooling: once, a block at a time.
    pub fn takes_pooled(&self, windows: &Windows) -> bool {
        let unit = windows.unit().cells;
        windows.tile() && (1..=KC).contains(&unit) && self.groups == 1 && self.sizes(unit).blocks() == 1
    }

    /// Words of workspace for [`forward`].
    pub fn workspace(&self) -> usize {
        self.product().map_or_else(|| self.walk().packed(widest()), |s| gemm::workspace(&s))
    }

    /// Words of workspace for [`input_grad`].
    pub fn back_workspace(&self) -> usize {
        let packed = || self.back_walks().iter().map(|w| w.packed(widest())).sum();
        self.back_product().map_or_else(packed, |s| gemm::workspace(&s))
    }

    /// Words of workspace for [`kernel_grad`], where results are pooled by `windows` or not.
    pub fn kernel_workspace(&self, windows: Option<&Windows>) -> usize {
        let sizes = self.sizes(windows.map_or(1, |windows| windows.unit().cells));
        match sizes.parts() {
            1 => 0,
            parts => parts * sizes.words(),
        }
    }
}

/// out = conv(x, kernel), with `epilogue` on finished rows.
pub fn forward(c: &Conv, x: Span, kernel: Span, out: Span, workspace: Span, epilogue: Option<Fused>, push: Push) {
    if let Some(shape) = c.product() {
        return gemm::lower(shape, x, kernel, out, workspace, epilogue, push);
    }
    let (walk, tile) = (c.walk(), preferred());
    push(Box::new(PackKernel { walk, tile, kernel, out: workspace, taps_x: c.x.taps, transposed: false }));
    push(Box::new(Correlate::new(walk, tile, x, workspace, out, epilogue)));
}

/// The gradient of the input, which is the transposed convolution of `dy`; `epilogue` as in [`forward`].
pub fn input_grad(c: &Conv, dy: Span, kernel: Span, out: Span, workspace: Span, epilogue: Option<Fused>, push: Push) {
    if let Some(shape) = c.back_product() {
        return gemm::lower(shape, dy, kernel, out, workspace, epilogue, push);
    }
    let (tile, walks) = (preferred(), c.back_walks());
    let (inside, after) = if walks.len() == 1 { (epilogue, None) } else { (None, epilogue) };
    let mut offset = workspace.offset;
    for walk in walks {
        let packed = Span { offset, len: walk.packed(tile.columns), ..workspace };
        offset += packed.len;
        push(Box::new(PackKernel { walk, tile, kernel, out: packed, taps_x: c.x.taps, transposed: true }));
        push(Box::new(Correlate::new(walk, tile, dy, packed, out, inside.clone())));
    }
    finish(after, push);
}

/// An epilogue that waits until all of a result is there.
fn finish(epilogue: Option<Fused>, push: Push) {
    if let Some(epilogue) = epilogue {
        push(Box::new(epilogue));
    }
}

/// The gradient of the kernel.
pub fn kernel_grad(c: &Conv, x: Span, dy: Upstream, out: Span, workspace: Span, push: Push) {
    let (sizes, tile) = (c.sizes(dy.unit()), preferred());
    if sizes.parts() == 1 {
        return push(Box::new(KernelGrad { sizes, tile, x, dy, out }));
    }
    push(Box::new(KernelGrad { sizes, tile, x, dy, out: workspace }));
    push(Box::new(add_parts(workspace, out, sizes.parts(), sizes.words())));
}

/// out = the sum of partial sums, in order.
fn add_parts(parts: Span, out: Span, count: usize, words: usize) -> Reduce {
    Reduce::new(Kind::Sum, parts, out, 1, count, words)
}

#[cfg(test)]
mod tests;
