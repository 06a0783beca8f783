//! Hostile programs: whatever the bytes are, the answer is a plan or an error, soon, and never a panic.
//! `MYELIN_FUZZ_SECONDS` sets how long it tries; a few seconds by default.

mod common;

use common::Numbers;
use graph::{compile, ParameterTable, Plan, Record, Scalar};
use std::time::{Duration, Instant};

/// Words that are likely to be trouble.
const WORDS: [u32; 10] = [0, 1, 2, 7, 9, 0x7fff_ffff, 0x8000_0000, u32::MAX, 1 << 20, 1 << 29];

fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let words = bytes.len() / 4;
    for _ in 0..1 + numbers.below(3) {
        let at = 4 * numbers.below(words.max(1));
        match numbers.below(5) {
            0 => bytes.truncate(numbers.below(bytes.len() + 1)),
            1 if at + 4 <= bytes.len() => bytes[at..at + 4].copy_from_slice(&WORDS[numbers.below(10)].to_le_bytes()),
            2 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            3 => {
                let piece: Vec<u8> = bytes.iter().skip(at).take(4 * numbers.below(8)).copied().collect();
                let to = (4 * numbers.below(words.max(1))).min(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ if at + 4 <= bytes.len() => {
                bytes.drain(at..at + 4);
            }
            _ => {}
        }
    }
}

#[test]
fn hostile_programs_get_an_error() {
    let seconds = std::env::var("MYELIN_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(4);
    let end = Instant::now() + Duration::from_secs(seconds);
    let programs: Vec<_> = common::programs()
        .iter()
        .flat_map(|w| [false, true].map(|train| (w.bytes(train && w.loss.is_some()), w.table())))
        .collect();
    assert!(programs.len() > 100);
    let mut numbers = Numbers::new(seconds);
    let (mut tried, mut accepted) = (0u64, 0u64);
    let mut longest = Duration::ZERO;
    while Instant::now() < end {
        let (bytes, table) = &programs[numbers.below(programs.len())];
        let mut bytes = bytes.clone();
        mutate(&mut bytes, &mut numbers);
        let started = Instant::now();
        accepted += compile(&bytes, table).is_ok() as u64;
        longest = longest.max(started.elapsed());
        tried += 1;
    }
    println!("{tried} programs, {accepted} of them valid, the slowest took {longest:?}");
    assert!(tried > 1000 && accepted < tried);
    assert!(longest < Duration::from_secs(2), "a hostile program took {longest:?}");
}
