//! Constants that stay in memory.

use crate::{hidden, F32x4, F32x8};

/// Constants that the compiler reads instead of knowing what they are, each in four lanes: V8 folds the address of such a
/// load into one instruction, but not that of one number spread over all lanes.
pub struct Table<const N: usize>([[f32; 4]; N]);

impl<const N: usize> Table<N> {
    pub const fn new(values: [f32; N]) -> Self {
        let mut lanes = [[0.0; 4]; N];
        let mut i = 0;
        while i < N {
            lanes[i] = [values[i]; 4];
            i += 1;
        }
        Table(lanes)
    }
    #[inline(always)]
    pub fn read(&self) -> [F32x4; N] {
        let lines: *const [f32; 4] = hidden(self.0.as_ptr());
        // SAFETY: the address is that of the table's N lines of four.
        std::array::from_fn(|i| unsafe { F32x4::load(lines.add(i).cast()) })
    }
    /// The same, once for eight lanes.
    #[inline(always)]
    pub fn read_twice(&self) -> [F32x8; N] {
        self.read().map(F32x8::twice)
    }
}
