//! Two records as one that goes through both a few images at a time: what the second reads is in cache still.

use crate::fused::Fused;
use crate::record::{Kernel, StepContext};
use parallel::Span;

/// Words of a result that stay in L2 until they are read.
const WORDS: usize = 48 * 1024;
/// Chunks that there must be for two records to become one: enough for many threads.
const CHUNKS: usize = 16;

/// A batch of which each image of a result is made of one image of an input.
pub struct Images {
    pub count: usize,
    pub from: Span,
    pub to: Span,
    /// All that is read and written, these two among them.
    pub reads: Vec<Span>,
    pub writes: Vec<Span>,
}

impl Images {
    /// Of a record with an epilogue that reads `others` itself.
    pub fn new(count: usize, from: Span, others: &[Span], to: Span, epilogue: Option<&Fused>) -> Images {
        let read = epilogue.into_iter().flat_map(Fused::reads);
        let written = epilogue.into_iter().flat_map(|e| e.outputs.iter().map(|&(_, span)| span));
        let reads = [from].into_iter().chain(others.iter().copied()).chain(read).collect();
        Images { count, from, to, reads, writes: [to].into_iter().chain(written).collect() }
    }
}

struct Joined {
    records: [Box<dyn Kernel>; 2],
    count: usize,
    /// Images of a chunk.
    images: usize,
}

/// Both as one, where the second reads what the first writes, image by image; else they come back.
pub fn join(first: Box<dyn Kernel>, second: Box<dyn Kernel>) -> Result<Box<dyn Kernel>, [Box<dyn Kernel>; 2]> {
    match images(&*first, &*second) {
        Some((count, images)) => Ok(Box::new(Joined { records: [first, second], count, images })),
        None => Err([first, second]),
    }
}

/// How many images there are, and how many of them make a chunk.
fn images(first: &dyn Kernel, second: &dyn Kernel) -> Option<(usize, usize)> {
    let (before, after) = (first.images()?, second.images()?);
    let count = before.count;
    // The plan may have given a result of the second the place of something that the first is the last to read.
    let safe = before.reads.iter().all(|read| after.writes.iter().all(|written| apart(read, written)));
    let group = (WORDS * count / before.to.len.max(1)).min(count / CHUNKS);
    (after.from == before.to && after.count == count && safe && group > 0).then_some((count, group))
}

fn apart(a: &Span, b: &Span) -> bool {
    a.space != b.space || a.offset + a.len <= b.offset || b.offset + b.len <= a.offset
}

impl Kernel for Joined {
    fn name(&self) -> &'static str {
        "conv_pool"
    }
    fn chunks(&self) -> usize {
        self.count.div_ceil(self.images)
    }
    fn scratch(&self) -> usize {
        self.records.iter().map(|r| r.scratch()).max().unwrap_or(0)
    }
    fn flops(&self) -> u64 {
        self.records.iter().map(|r| r.flops()).sum()
    }
    fn bytes(&self) -> u64 {
        self.records.iter().map(|r| r.bytes()).sum()
    }
    fn run(&self, context: &StepContext, chunk: usize, scratch: &mut [f32]) {
        let first = chunk * self.images;
        for record in &self.records {
            record.run_images(context, first..(first + self.images).min(self.count), scratch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::{self, Conv, Window};
    use crate::pool::{Kind, Pool, Windows};
    use crate::testing::{run_all, Machine};

    const BATCH: usize = 37;
    const FILTERS: usize = 5;

    fn window(input: usize, taps: usize, stride: usize) -> Window {
        Window { input, output: (input - taps) / stride + 1, taps, stride, before: 0, dilation: 1 }
    }

    #[test]
    fn a_convolution_and_its_pooling_are_one() {
        let [y, x] = [window(13, 3, 1), window(12, 3, 1)];
        let c = Conv { batch: BATCH, groups: 1, inputs: 2, filters: FILTERS, y, x };
        let windows = Windows::new(BATCH, FILTERS, &window(y.output, 2, 2), &window(x.output, 3, 2));
        let run = |joined: bool| {
            let mut m = Machine::new();
            let (image, kernel) = (m.random(BATCH * 13 * 12 * 2), m.random(9 * 2 * FILTERS));
            let [between, out] = [BATCH * 11 * 10 * FILTERS, BATCH * 5 * 4 * FILTERS].map(|words| m.alloc(words));
            let workspace = m.alloc(c.workspace());
            let mut records: Vec<Box<dyn Kernel>> = Vec::new();
            conv::forward(&c, image, kernel, between, workspace, None, &mut |record| records.push(record));
            let convolution = records.pop().expect("behind the packing");
            let pool = |input, out| Box::new(Pool { kind: Kind::Max, windows, input, out, epilogue: None });
            // In the place of the packed kernel, or of another value.
            let Err([convolution, _]) = join(convolution, pool(between, workspace)) else { panic!("one too many") };
            let Err([convolution, other]) = join(convolution, pool(out, between)) else { panic!("not what it reads") };
            drop(other);
            if joined {
                records.extend(join(convolution, pool(between, out)).ok());
            } else {
                records.extend([convolution, pool(between, out)]);
            }
            run_all(&mut m, &records);
            let bits = [between, out].iter().flat_map(|&span| m.get(span)).map(|v| v.to_bits()).collect::<Vec<_>>();
            (records.len(), bits)
        };
        let ((few, joined), (more, apart)) = (run(true), run(false));
        assert_eq!((few, more), (2, 3));
        assert!(joined == apart && apart.iter().all(|&b| !f32::from_bits(b).is_nan()));
    }
}
