//! What can go wrong, for people: a stable code, the layer if there is one, and a sentence.

use graph::GraphError;
use optim::SettingsError;
use parallel::OutOfMemory;
use std::fmt::Write;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    pub code: &'static str,
    pub layer: String,
    pub message: String,
}

impl EngineError {
    pub fn new(code: &'static str, message: impl Into<String>) -> EngineError {
        EngineError { code, layer: String::new(), message: message.into() }
    }

    /// What was needed, what there is at most, and what to do.
    pub fn out_of_memory(bytes: usize, remedy: &str) -> EngineError {
        let [needed, limit] = [bytes, parallel::memory_limit()].map(|bytes| bytes.div_ceil(1_000_000));
        let message = format!("{needed} MB more are needed, and the engine's memory can grow to {limit} MB in all; {remedy}, or raise init({{ maxMemory }}) where it is set");
        EngineError::new("memory", message)
    }

    /// As JSON, for the other side.
    pub fn json(&self) -> String {
        let quote = |text: &str| {
            let mut out = String::from("\"");
            for c in text.chars() {
                match c {
                    '"' | '\\' => out.extend(['\\', c]),
                    c if (c as u32) < 32 => {
                        let _ = write!(out, "\\u{:04x}", c as u32);
                    }
                    c => out.push(c),
                }
            }
            out + "\""
        };
        format!("{{\"code\":\"{}\",\"layer\":{},\"message\":{}}}", self.code, quote(&self.layer), quote(&self.message))
    }
}

impl From<GraphError> for EngineError {
    fn from(e: GraphError) -> EngineError {
        EngineError { code: e.code, layer: e.layer, message: e.message }
    }
}

impl From<SettingsError> for EngineError {
    fn from(e: SettingsError) -> EngineError {
        EngineError::new("optimizer", e.0)
    }
}

impl From<OutOfMemory> for EngineError {
    fn from(e: OutOfMemory) -> EngineError {
        EngineError::out_of_memory(e.bytes, "lower the batch size or the model's size")
    }
}
