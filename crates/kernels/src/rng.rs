//! Philox4x32 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): random numbers by counter, so that
//! any thread can make any of them, in any order, again.

use simd::{F32x4, I32x4, Table};

/// What the generator multiplies by.
const FACTORS: [u32; 2] = [0xd251_1f53, 0xcd9e_8d57];
/// Their bits, read anew for each round: of numbers that it knows, or has widened before the loop, LLVM makes three multiplications
/// instead of one.
static FACTOR_LANES: Table<2> = Table::new([f32::from_bits(FACTORS[0]), f32::from_bits(FACTORS[1])]);

/// Elements whose masks are made together.
pub const MASKED: usize = 32;

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

    /// Four random words for each of four places from `minor` on; `major` is a step or an epoch, `minor` an index.
    #[inline]
    fn words16<const ROUNDS: usize>(&self, major: u64, minor: u64) -> [I32x4; 4] {
        let places: [u64; 4] = std::array::from_fn(|i| minor.wrapping_add(i as u64));
        let turned = ((major >> 32) as u32).rotate_left(16);
        let lanes = |words: [u32; 4]| I32x4::from_array(words.map(|w| w as i32));
        let [low, high] = [places.map(|p| p as u32), places.map(|p| (p >> 32) as u32 ^ turned)].map(lanes);
        let all = |word: u32| I32x4::splat(word as i32);
        let (mut c, mut k) = ([low, high, all(major as u32), all(self.stream)], self.key);
        for _ in 0..ROUNDS {
            let factors = FACTOR_LANES.read().map(F32x4::bits);
            let [low0, high0] = c[0].wide_mul(factors[0]);
            let [low1, high1] = c[2].wide_mul(factors[1]);
            c = [high1.xor(c[1]).xor(all(k[0])), low1, high0.xor(c[3]).xor(all(k[1])), low0];
            k = [k[0].wrapping_add(0x9e37_79b9), k[1].wrapping_add(0xbb67_ae85)];
        }
        F32x4::transpose(c.map(I32x4::as_f32)).map(F32x4::bits)
    }

    /// Four random words for a place.
    fn words4(&self, major: u64, minor: u64) -> [u32; 4] {
        words(self.words16::<10>(major, minor)[0])
    }

    /// Four numbers in [0, 1), multiples of 2⁻²⁴, for each of four places from `minor` on.
    #[inline]
    pub fn uniform16(&self, major: u64, minor: u64) -> [F32x4; 4] {
        let unit = F32x4::splat(1.0 / 16_777_216.0);
        self.words16::<10>(major, minor).map(|w| w.shift_right(8).and(I32x4::splat(0x00ff_ffff)).to_f32() * unit)
    }

    /// Numbers in [0, 1), multiples of 2⁻¹⁶, of the [`MASKED`] elements among which `index` is: those of the low halves of words, then
    /// those of the high ones. For masks, which must be fast: seven rounds are the fewest that pass every test of the paper.
    #[inline]
    pub fn masks(&self, major: u64, index: usize) -> [F32x4; MASKED / 4] {
        let unit = F32x4::splat(1.0 / 65_536.0);
        let words = self.words16::<7>(major, (index / MASKED * 4) as u64);
        let half = |word: I32x4| word.and(I32x4::splat(0xffff)).to_f32() * unit;
        std::array::from_fn(|i| half(if i < 4 { words[i] } else { words[i - 4].shift_right(16) }))
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

fn words(lanes: I32x4) -> [u32; 4] {
    lanes.as_f32().to_array().map(f32::to_bits)
}

/// Fills `order` with the numbers from `from` upwards, shuffled (Fisher–Yates) by (seed, epoch).
pub fn permutation(seed: u64, epoch: u64, from: u32, order: &mut [u32]) {
    for (i, place) in order.iter_mut().enumerate() {
        *place = from + i as u32;
    }
    let generator = Philox::new(seed, SHUFFLE_STREAM);
    let mut four = [[0; 4]; 4];
    for i in (1..order.len()).rev() {
        if i % 4 == 3 || i + 1 == order.len() {
            four = generator.words16::<10>(epoch, i as u64 & !3).map(words);
        }
        let words = four[i % 4];
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

    /// The generator as the paper has it, a place at a time.
    fn plain(rounds: usize, Philox { key, stream }: Philox, major: u64, minor: u64) -> [u32; 4] {
        let high = (minor >> 32) as u32 ^ ((major >> 32) as u32).rotate_left(16);
        let (mut c, mut k) = ([minor as u32, high, major as u32, stream], key);
        for _ in 0..rounds {
            let [p0, p1] = [FACTORS[0] as u64 * c[0] as u64, FACTORS[1] as u64 * c[2] as u64];
            c = [(p1 >> 32) as u32 ^ c[1] ^ k[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ k[1], p0 as u32];
            k = [k[0].wrapping_add(0x9e37_79b9), k[1].wrapping_add(0xbb67_ae85)];
        }
        c
    }

    #[test]
    fn known_answers() {
        // Vectors of the paper's reference implementation, philox4x32 with 10 and 7 rounds.
        let zero = Philox { key: [0, 0], stream: 0 };
        assert_eq!(zero.words4(0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(words(zero.words16::<7>(0, 0)[0]), [0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48]);
    }

    #[test]
    fn places_side_by_side() {
        let generator = Philox::new(0x1234_5678_9abc_def0, 0xfedc_ba98_7654_3210);
        for (major, minor) in [(0, 0), (7, 5), (1 << 40, (1 << 32) - 2), (u64::MAX, 1 << 50), (3, u64::MAX - 1)] {
            let words10: [_; 4] = std::array::from_fn(|i| plain(10, generator, major, minor.wrapping_add(i as u64)));
            assert_eq!(generator.words16::<10>(major, minor).map(words), words10);
            let numbers = words10.as_flattened().iter().map(|w| (w >> 8) as f32 / 16_777_216.0);
            assert!(generator.uniform16(major, minor).map(F32x4::to_array).as_flattened().iter().copied().eq(numbers));
            // Masks are keyed by elements, whose places are multiples of four.
            let minor = minor & 0x0fff_fffc;
            let words7: [_; 4] = std::array::from_fn(|i| plain(7, generator, major, minor + i as u64));
            let halves = [0, 16].into_iter().flat_map(|shift| words7.as_flattened().iter().map(move |w| w >> shift));
            let numbers = halves.map(|half| (half & 0xffff) as f32 / 65_536.0);
            let masks = generator.masks(major, minor as usize / 4 * MASKED + 5);
            assert!(masks.map(F32x4::to_array).as_flattened().iter().copied().eq(numbers));
        }
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
            uniform += generator.uniform16(1, i)[0].to_array().iter().map(|&x| x as f64).sum::<f64>();
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
