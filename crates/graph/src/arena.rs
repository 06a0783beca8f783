//! Lays out buffers by the time in which they are alive.

/// A buffer: its size in words and the first and last unit that touch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    pub words: usize,
    pub first: usize,
    pub last: usize,
}

impl Buffer {
    fn overlaps(&self, other: &Buffer) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Offsets for the buffers, and the words needed in all. Largest first, each at the lowest place that is free.
pub fn place(buffers: &[Buffer]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..buffers.len()).filter(|&i| buffers[i].words > 0).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(buffers[i].words), buffers[i].first));
    let mut offsets = vec![0; buffers.len()];
    let mut placed: Vec<usize> = Vec::with_capacity(order.len());
    let mut total = 0;
    for &i in &order {
        let mut busy: Vec<(usize, usize)> = placed
            .iter()
            .filter(|&&p| buffers[p].overlaps(&buffers[i]))
            .map(|&p| (offsets[p], offsets[p] + buffers[p].words))
            .collect();
        busy.sort_unstable();
        let mut at = 0;
        for (from, to) in busy {
            if from >= at + buffers[i].words {
                break;
            }
            at = at.max(to);
        }
        offsets[i] = at;
        total = total.max(at + buffers[i].words);
        placed.push(i);
    }
    (offsets, total)
}

/// The most words that are alive at one time: no layout needs less.
pub fn lower_bound(buffers: &[Buffer]) -> usize {
    let end = buffers.iter().map(|b| b.last + 1).max().unwrap_or(0);
    let (mut born, mut gone) = (vec![0; end + 1], vec![0; end + 1]);
    for buffer in buffers {
        born[buffer.first] += buffer.words;
        gone[buffer.last + 1] += buffer.words;
    }
    let mut alive = 0;
    let at = |t: usize| {
        alive = alive + born[t] - gone[t];
        alive
    };
    (0..end).map(at).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_buffers_never_overlap() {
        let mut state = 1u64;
        let mut random = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % n
        };
        for _ in 0..200 {
            let buffers: Vec<Buffer> = (0..1 + random(40))
                .map(|_| {
                    let first = random(30);
                    Buffer { words: random(100), first, last: first + random(10) }
                })
                .collect();
            let (offsets, total) = place(&buffers);
            assert!(total >= lower_bound(&buffers));
            for (i, a) in buffers.iter().enumerate() {
                for (j, b) in buffers.iter().enumerate().skip(i + 1) {
                    let apart = offsets[i] + a.words <= offsets[j] || offsets[j] + b.words <= offsets[i];
                    assert!(apart || !a.overlaps(b) || a.words * b.words == 0);
                }
            }
        }
    }
}
