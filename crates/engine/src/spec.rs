//! What a model consists of: its parameters and how they start.

use crate::words::Words;
use crate::EngineError;
use graph::ParameterTable;
use kernels::{init, DType};

/// How a parameter starts.
pub struct Start {
    pub initializer: usize,
    pub arguments: Vec<f32>,
    pub key: u64,
    /// The key alone decides, whatever the model's seed is.
    pub seeded: bool,
}

/// Reads, per parameter: dtype, rank, dims…, trainable, initializer, n, arguments…, key low, key high, seeded.
pub fn decode(words: &[u32]) -> Result<(ParameterTable, Vec<Start>), EngineError> {
    let bad = |what: &str| Err(EngineError::new("protocol", format!("model: {what}")));
    let mut w = Words::new(words);
    let mut parameters = Vec::new();
    let mut starts = Vec::new();
    let mut total = 0usize;
    for _ in 0..w.count()? {
        let Some(dtype) = DType::from_code(w.next()?).filter(|d| *d != DType::U8) else {
            return bad("unknown element type");
        };
        let rank = w.count()?;
        if rank > kernels::layout::MAX_RANK {
            return bad("too many axes");
        }
        let shape = (0..rank).map(|_| w.next().map(|d| d as usize)).collect::<Result<Vec<_>, _>>()?;
        let size = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d).filter(|&n| n < 1 << 29));
        total = size.and_then(|n| total.checked_add(n)).filter(|&n| n < 1 << 29).ok_or_else(|| {
            EngineError::new("memory", "the model's parameters alone exceed what a 32-bit engine can hold")
        })?;
        let trainable = w.next()? != 0;
        let initializer = w.next()? as usize;
        let count = w.count()?;
        if init::ALL.get(initializer).is_none_or(|i| i.arguments != count) {
            return bad("unknown initializer");
        }
        let arguments = (0..count).map(|_| w.f32()).collect::<Result<Vec<_>, _>>()?;
        starts.push(Start { initializer, arguments, key: w.u64()?, seeded: w.next()? != 0 });
        parameters.push((shape, dtype, trainable));
    }
    Ok((ParameterTable::new(parameters), starts))
}
