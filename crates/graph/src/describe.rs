//! A plan in words, for people who want to see where time and memory go.

use crate::compile::{Plan, Record};
use std::fmt::Write;

impl Plan {
    /// The plan as JSON: one line per record, and the memory it takes.
    pub fn describe(&self, update: &[Record]) -> String {
        let mut out = String::from("{\"records\":[");
        for (i, record) in self.feed.iter().chain(&self.records).chain(update).enumerate() {
            if i > 0 {
                out.push(',');
            }
            self.describe_record(record, &mut out);
        }
        let _ = write!(
            out,
            "],\"arenaBytes\":{},\"arenaLowerBound\":{},\"fused\":{},\"batch\":{}}}",
            self.arena_words * 4,
            self.arena_lower_bound * 4,
            self.fused,
            self.batch
        );
        out
    }

    fn describe_record(&self, record: &Record, out: &mut String) {
        let kernel = &record.kernel;
        let layer = self.names.get(record.origin as usize).map_or("", String::as_str);
        let layer: String = layer.chars().flat_map(char::escape_default).collect();
        let _ = write!(
            out,
            "{{\"kernel\":\"{}\",\"layer\":\"{layer}\",\"chunks\":{},\"flops\":{},\"bytes\":{}}}",
            kernel.name(),
            kernel.chunks(),
            kernel.flops(),
            kernel.bytes()
        );
    }
}
