//! Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): random numbers by counter, so that
//! any thread can make any of them, in any order, again.

/// Numbers keyed by a seed and a stream (an operation, a weight, an epoch).
#[derive(Clone, Copy)]
pub struct Philox {
    key: [u32; 2],
    stream: u32,
}

impl Philox {
    pub fn new(seed: u64, stream: u64) -> Philox {
        // The high half of the stream is folded into the key; the low half is part of the counter.
        let key = [(seed as u32) ^ ((stream >> 32) as u32).wrapping_mul(0x9e37_79b9), (seed >> 32) as u32];
        Philox { key, stream: stream as u32 }
    }

    /// Four random words for a place: `major` (a step, an epoch) and `minor` (an index).
    #[inline]
    pub fn words4(&self, major: u64, minor: u64) -> [u32; 4] {
        let mut c =
            [minor as u32, (minor >> 32) as u32 ^ ((major >> 32) as u32).rotate_left(16), major as u32, self.stream];
        let mut k = self.key;
        for _ in 0..10 {
            let p0 = 0xd251_1f53u64 * c[0] as u64;
            let p1 = 0xcd9e_8d57u64 * c[2] as u64;
            c = [(p1 >> 32) as u32 ^ c[1] ^ k[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ k[1], p0 as u32];
            k = [k[0].wrapping_add(0x9e37_79b9), k[1].wrapping_add(0xbb67_ae85)];
        }
        c
    }

    /// Four numbers in [0, 1), multiples of 2⁻²⁴.
    #[inline]
    pub fn uniform4(&self, major: u64, minor: u64) -> [f32; 4] {
        // Through i32, which a processor converts at once.
        self.words4(major, minor).map(|w| (w >> 8) as i32 as f32 * (1.0 / 16_777_216.0))
    }

    /// Four standard normal numbers (Box–Muller, in f64 so that every platform rounds alike).
    pub fn normal4(&self, major: u64, minor: u64) -> [f32; 4] {
        let words = self.words4(major, minor);
        let pair = |a: u32, b: u32| {
            let radius = (-2.0 * ((a as f64 + 1.0) / 4_294_967_297.0).ln()).sqrt();
            let angle = std::f64::consts::TAU * (b as f64 / 4_294_967_296.0);
            [(radius * angle.cos()) as f32, (radius * angle.sin()) as f32]
        };
        let (first, second) = (pair(words[0], words[1]), pair(words[2], words[3]));
        [first[0], first[1], second[0], second[1]]
    }
}

/// Fills `order` with the numbers from `from` upwards, shuffled (Fisher–Yates) by (seed, epoch).
pub fn permutation(seed: u64, epoch: u64, from: u32, order: &mut [u32]) {
    for (i, place) in order.iter_mut().enumerate() {
        *place = from + i as u32;
    }
    let generator = Philox::new(seed, SHUFFLE_STREAM);
    for i in (1..order.len()).rev() {
        let words = generator.words4(epoch, i as u64);
        let random = (words[0] as u64) << 32 | words[1] as u64;
        let j = ((random as u128 * (i as u128 + 1)) >> 64) as usize;
        order.swap(i, j);
    }
}

/// "shuffle", as a number: no layer's key collides with it by accident.
const SHUFFLE_STREAM: u64 = 0x7368_7566_666c_6531;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // Vectors of the paper's reference implementation, philox4x32 with 10 rounds.
        let zero = Philox { key: [0, 0], stream: 0 };
        assert_eq!(zero.words4(0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    }

    #[test]
    fn moments() {
        let generator = Philox::new(7, 1);
        let (mut sum, mut squares, mut uniform) = (0.0f64, 0.0f64, 0.0f64);
        for i in 0..25_000 {
            for x in generator.normal4(0, i) {
                sum += x as f64;
                squares += (x * x) as f64;
            }
            uniform += generator.uniform4(1, i).iter().map(|&x| x as f64).sum::<f64>();
        }
        assert!((sum / 1e5).abs() < 0.01 && (squares / 1e5 - 1.0).abs() < 0.02 && (uniform / 1e5 - 0.5).abs() < 0.005);
    }

    #[test]
    fn permutations_are_complete_and_differ() {
        let (mut a, mut b) = (vec![0; 1000], vec![0; 1000]);
        permutation(1, 0, 5, &mut a);
        permutation(1, 1, 5, &mut b);
        assert_ne!(a, b);
        a.sort_unstable();
        assert!(a.iter().enumerate().all(|(i, &x)| x == i as u32 + 5));
    }
}
