//! Results that see the same taps. A walk over padding is cut into such parts, so that no padding is packed or multiplied.

use super::axis::Axis;

/// Words of the inner axis that are packed together, at most: three taps by three of 32 channels fit, and twice those of 64.
pub(super) const BLOCK: usize = 288;
/// Rows of a product that take as long as what comes with each part: calls, and tiles that hang over.
const PART_ROWS: usize = 6;
/// Chunks that are enough for many threads, and the most images of a chunk.
const CHUNKS: usize = 16;
const MOST_IMAGES: usize = 8;

/// A rectangle of a walk's results, and the taps of the walk that it sees.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub y: Axis,
    pub x: Axis,
    /// Its first tap, counted over the lines and columns of the walk's window.
    first: usize,
    /// Columns of the walk's window.
    columns: usize,
}

/// A piece of the inner axis of a part's product that lies side by side in the packed kernel: `len` words from `patch` on in a
/// patch, from `kernel` on in the kernel.
pub(super) struct Piece {
    pub patch: usize,
    pub kernel: usize,
    pub len: usize,
}

/// A walk in parts.
pub(super) struct Parts {
    pub all: Vec<Part>,
    /// Images that are walked together, part by part.
    pub images: usize,
}

impl Parts {
    /// Cuts a walk along its lines, its columns or both where that saves more than a little work and there are images for
    /// every thread; else it is one part.
    pub fn of(batch: usize, y: &Axis, x: &Axis) -> Parts {
        let images = batch.div_ceil(CHUNKS).clamp(1, MOST_IMAGES);
        let cost = |parts: &Vec<Part>| -> usize {
            parts.iter().map(|part| (part.rows(images) + PART_ROWS) * part.taps()).sum()
        };
        let whole = |axis: &Axis| vec![(0, *axis)];
        let (lines, columns) = (y.stretches(), x.stretches());
        let ways = [(&lines, &whole(x)), (&whole(y), &columns), (&lines, &columns)];
        let cut = ways.map(|(lines, columns)| parts(lines, columns, x.taps)).into_iter().min_by_key(cost);
        let all = parts(&whole(y), &whole(x), x.taps);
        match cut {
            Some(cut) if batch >= CHUNKS && cost(&cut) * 20 < cost(&all) * 19 => Parts { all: cut, images },
            _ => Parts { all, images },
        }
    }
}

fn parts(lines: &[(usize, Axis)], columns: &[(usize, Axis)], taps_x: usize) -> Vec<Part> {
    let of = |&(tap_y, y): &(usize, Axis), &(tap_x, x): &(usize, Axis)| Part {
        y,
        x,
        first: tap_y * taps_x + tap_x,
        columns: taps_x,
    };
    lines.iter().flat_map(|line| columns.iter().map(move |column| of(line, column))).collect()
}

impl Part {
    /// Results in a number of images.
    pub fn rows(&self, images: usize) -> usize {
        images * self.y.count * self.x.count
    }

    /// Taps that each result sees.
    pub fn taps(&self) -> usize {
        self.y.taps * self.x.taps
    }

    /// The product's inner axis, `depth` words for each tap, in as few equal pieces as blocks allow.
    pub fn pieces(&self, depth: usize) -> impl Iterator<Item = Piece> {
        let Part { y, x, first, columns } = *self;
        // Lines that are seen whole lie side by side.
        let (lines, taps) = if x.taps == columns { (1, self.taps()) } else { (y.taps, x.taps) };
        let words = taps * depth;
        (0..lines).flat_map(move |line| {
            let (patch, kernel) = (line * words, (first + line * columns) * depth);
            let len = words.div_ceil(words.div_ceil(BLOCK).max(1)).max(1);
            (0..words).step_by(len).map(move |k| Piece {
                patch: patch + k,
                kernel: kernel + k,
                len: len.min(words - k),
            })
        })
    }
}
