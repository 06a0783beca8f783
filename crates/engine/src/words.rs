//! Reading lists of words from the other side, carefully.

use crate::EngineError;

pub struct Words<'a> {
    words: &'a [u32],
    at: usize,
}

impl<'a> Words<'a> {
    pub fn new(words: &'a [u32]) -> Words<'a> {
        Words { words, at: 0 }
    }
    pub fn next(&mut self) -> Result<u32, EngineError> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word.ok_or_else(|| EngineError::new("protocol", "a message ends too early"))
    }
    pub fn f32(&mut self) -> Result<f32, EngineError> {
        self.next().map(f32::from_bits)
    }
    pub fn u64(&mut self) -> Result<u64, EngineError> {
        Ok(self.next()? as u64 | (self.next()? as u64) << 32)
    }
    /// A count of things that take at least one word each.
    pub fn count(&mut self) -> Result<usize, EngineError> {
        let count = self.next()? as usize;
        if count > self.words.len().saturating_sub(self.at) {
            return Err(EngineError::new("protocol", "a count does not fit its message"));
        }
        Ok(count)
    }
}
