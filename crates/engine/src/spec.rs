//! What a model consists of: its parameters and how they start.

use crate::words::Words;
use crate::EngineError;
use graph::ParameterTable;
use kernels::{init, DType};
use optim::constraints;

/// Parameters beyond 2 GiB leave no room for their gradients.
const MOST_WORDS: u64 = 1 << 29;

/// How a parameter starts, and what it keeps to.
pub struct Start {
    pub initializer: usize,
    pub arguments: Vec<f32>,
    pub key: u64,
    /// The key alone decides, whatever the model's seed is.
    pub seeded: bool,
    pub constraint: Option<Limits>,
}

/// A constraint: its code, its arguments, and the axes of its norms as bits.
pub struct Limits {
    pub constraint: usize,
    pub arguments: Vec<f32>,
    pub axes: u32,
}

/// Reads a code from 1 up with its arguments and axes, or 0.
fn limits(w: &mut Words, rank: usize) -> Result<Option<Limits>, EngineError> {
    let code = w.next()? as usize;
    if code == 0 {
        return Ok(None);
    }
    let constraint = code - 1;
    let count = w.count()?;
    if constraints::ALL.get(constraint).is_none_or(|c| c.arguments != count) {
        return Err(EngineError::new("protocol", "model: unknown constraint"));
    }
    let arguments = (0..count).map(|_| w.f32()).collect::<Result<Vec<_>, _>>()?;
    let axes = w.next()?;
    if axes >> rank != 0 {
        return Err(EngineError::new("protocol", "model: a constraint over axes that are not there"));
    }
    Ok(Some(Limits { constraint, arguments, axes }))
}

/// Reads, per parameter: dtype, rank, dims…, trainable, initializer, n, arguments…, key low, key high, seeded,
/// constraint.
pub fn decode(words: &[u32]) -> Result<(ParameterTable, Vec<Start>), EngineError> {
    let bad = |what: &str| Err(EngineError::new("protocol", format!("model: {what}")));
    let mut w = Words::new(words);
    let mut parameters = Vec::new();
    let mut starts = Vec::new();
    let mut words = 0u64;
    for _ in 0..w.count()? {
        let Some(dtype) = DType::from_code(w.next()?).filter(|d| *d != DType::U8) else {
            return bad("unknown element type");
        };
        let rank = w.count()?;
        if rank > kernels::layout::MAX_RANK {
            return bad("too many axes");
        }
        let shape = (0..rank).map(|_| w.next().map(|d| d as usize)).collect::<Result<Vec<_>, _>>()?;
        words = words.saturating_add(shape.iter().fold(1, |n: u64, &d| n.saturating_mul(d as u64)));
        let trainable = w.next()? != 0;
        let initializer = w.next()? as usize;
        let count = w.count()?;
        if init::ALL.get(initializer).is_none_or(|i| i.arguments != count) {
            return bad("unknown initializer");
        }
        let arguments = (0..count).map(|_| w.f32()).collect::<Result<Vec<_>, _>>()?;
        starts.push(Start {
            initializer,
            arguments,
            key: w.u64()?,
            seeded: w.next()? != 0,
            constraint: limits(&mut w, rank)?,
        });
        parameters.push((shape, dtype, trainable));
    }
    if words > MOST_WORDS {
        let bytes = usize::try_from(words.saturating_mul(4)).unwrap_or(usize::MAX);
        return Err(EngineError::out_of_memory(bytes, "the model's weights alone need this: make its layers narrower"));
    }
    Ok((ParameterTable::new(parameters), starts))
}
