//! Where on the stack the work of a region starts.
//!
//! V8 keeps a vector for which it has no register in 16 bytes of a stack that is aligned to 8, so one vector may lie across the end of a
//! page, and storing it takes many times as long. Whether one does follows from how deep the stack is where a loop is called: the same at
//! each call, so a loop may be several times slower as long as a process lives. When regions start at places all over a page, few of them
//! meet its end.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Places, one frame apart: together more than a page of 4096 bytes.
const PLACES: u32 = 16;
/// Numbers that a frame has room for: V8 takes 8 bytes for each.
const FRAME: usize = 33;

/// The place of the next region, for all of its threads.
pub(crate) fn next_place() -> u32 {
    static REGIONS: AtomicU32 = AtomicU32::new(0);
    REGIONS.fetch_add(1, Relaxed) % PLACES
}

/// Calls `work` from a place on the stack.
pub(crate) fn at_place(place: u32, work: &dyn Fn()) {
    static NUMBERS: [AtomicU32; FRAME] = [const { AtomicU32::new(0) }; FRAME];
    black_box(deeper(place, work, black_box(&NUMBERS)));
}

/// All frames have the room that the last one uses: for numbers that are read before the call and are added up behind it. Without
/// `black_box` the compiler would make a loop of it, and leave out the numbers.
#[inline(never)]
fn deeper(frames: u32, work: &dyn Fn(), numbers: &[AtomicU32; FRAME]) -> u32 {
    if frames > 0 {
        return black_box(deeper(frames - 1, work, numbers));
    }
    let kept: [u32; FRAME] = std::array::from_fn(|i| numbers[i].load(Relaxed));
    work();
    kept.into_iter().fold(0, u32::wrapping_add)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{black_box, PLACES};
    use crate::{region, Leader};
    use std::collections::BTreeSet;

    #[test]
    fn regions_start_at_places_one_frame_apart() {
        let seen = Leader::new(BTreeSet::new());
        for _ in 0..100 * PLACES {
            region(1, &|team| {
                let here = black_box(0u8);
                seen.with(team, |seen| _ = seen.insert(std::ptr::from_ref(&here).addr()));
            });
        }
        let seen: Vec<usize> = seen.into_inner().into_iter().collect();
        let frame = seen[1] - seen[0];
        assert!(seen.len() == PLACES as usize && seen.windows(2).all(|two| two[1] - two[0] == frame), "{seen:?}");
    }
}
