//! Reads a program defensively: whatever the bytes are, the answer is a graph or an error.

use crate::graph::{Graph, Source};
use crate::walk;
use crate::{GraphError, ParameterTable};
use kernels::DType;
use ops::{Attr, AttrKind, Id};

pub const MAGIC: u32 = 0x314e_4c4d;
pub const VERSION: u32 = 1;
/// No value.
pub const NONE: u32 = u32::MAX;
const MAX_RANK: usize = 8;
const MAX_NODES: usize = 1 << 18;

/// A decoded program.
pub struct Program {
    pub graph: Graph,
    pub train: bool,
    /// Whether the gradients of the loss follow the outputs: of each input, then of each trainable parameter.
    pub gradients: bool,
    /// Whether the backward pass makes values of the forward pass again instead of keeping them, where that saves memory.
    pub recompute: bool,
    /// Data types of the inputs, as fed.
    pub inputs: Vec<(Id, DType)>,
    pub outputs: Vec<Id>,
    pub loss: Option<Id>,
    /// Numerator and denominator.
    pub metrics: Vec<(Id, Id)>,
    /// Parameter index and its new value.
    pub updates: Vec<(usize, Id)>,
    /// Index of each trainable parameter and the loss's gradient by it; `None` where the loss doesn't depend on it.
    pub gradient_of: Vec<(usize, Option<Id>)>,
    pub names: Vec<String>,
}

impl Program {
    /// What is read after the last call: outputs, metrics, new states.
    pub fn results(&self) -> Vec<Id> {
        let stored = |&id: &Id| self.graph.nodes[id].constant().is_none();
        let metrics = self.metrics.iter().flat_map(|&(n, d)| [n, d]).filter(stored);
        self.outputs.iter().copied().chain(metrics).chain(self.updates.iter().map(|u| u.1)).collect()
    }
    /// What must be computed: the results and the gradients.
    pub fn roots(&self) -> Vec<Id> {
        let mut roots = self.results();
        roots.extend(self.gradient_of.iter().filter_map(|g| g.1));
        roots
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

type Result<T> = std::result::Result<T, GraphError>;

fn bad<T>(message: impl Into<String>) -> Result<T> {
    Err(GraphError::program(message))
}

impl Reader<'_> {
    fn word(&mut self) -> Result<u32> {
        let Some(four) = self.bytes.get(self.at..self.at + 4) else {
            return bad("the program ends too early");
        };
        self.at += 4;
        Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    }
    /// A count of things that take at least `size` words each: never more than the bytes that are left.
    fn count(&mut self, size: usize) -> Result<usize> {
        let count = self.word()? as usize;
        if count > MAX_NODES || count.saturating_mul(size * 4) > self.bytes.len() - self.at {
            return bad(format!("a count of {count} does not fit the program"));
        }
        Ok(count)
    }
    fn dtype(&mut self) -> Result<DType> {
        let code = self.word()?;
        DType::from_code(code).ok_or_else(|| GraphError::program(format!("unknown element type {code}")))
    }
    fn shape(&mut self) -> Result<Vec<usize>> {
        let rank = self.count(1)?;
        if rank > MAX_RANK {
            return bad(format!("a rank of {rank} is above {MAX_RANK}"));
        }
        let shape: Vec<usize> = (0..rank).map(|_| self.word().map(|d| d as usize)).collect::<Result<_>>()?;
        // Axes of size 0 don't excuse the others: strides are products of those.
        let size = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d.max(1)).filter(|&n| n <= 1 << 29));
        if size.is_none() {
            return bad(format!("a value of shape {shape:?} is too large"));
        }
        Ok(shape)
    }
    fn value(&mut self, known: &[Id]) -> Result<Id> {
        let index = self.word()? as usize;
        known.get(index).copied().ok_or_else(|| GraphError::program(format!("value {index} does not exist yet")))
    }
    fn attrs(&mut self, op: &'static ops::Op) -> Result<Vec<Attr>> {
        let words = self.count(1)?;
        let end = self.at + words * 4;
        let mut attrs = Vec::with_capacity(op.attrs.len());
        for spec in op.attrs {
            attrs.push(match spec.kind {
                AttrKind::F32 => Attr::F32(self.word()?),
                AttrKind::I32 => Attr::I32(self.word()? as i32),
                AttrKind::Bool => Attr::Bool(self.word()? != 0),
                AttrKind::DType => Attr::DType(self.dtype()?),
                AttrKind::Ints => {
                    let count = self.count(1)?;
                    if count > MAX_RANK {
                        return bad(format!("{}: {count} numbers where an axis list is expected", op.name));
                    }
                    Attr::Ints((0..count).map(|_| self.word().map(|w| w as i32)).collect::<Result<_>>()?)
                }
            });
        }
        if self.at != end {
            return bad(format!("{}: attributes of {words} words don't match its schema", op.name));
        }
        Ok(attrs)
    }
}

pub fn decode(bytes: &[u8], table: &ParameterTable) -> Result<Program> {
    let mut r = Reader { bytes, at: 0 };
    if r.word()? != MAGIC || r.word()? != VERSION {
        return bad("not a program of this version");
    }
    let flags = r.word()?;
    let [train, gradients, recompute] = [1, 2, 4].map(|flag| flags & flag != 0);
    let mut graph = Graph::default();
    let mut values = Vec::new();
    let mut inputs = Vec::new();
    for i in 0..r.count(2)? {
        let (dtype, shape) = (r.dtype()?, r.shape()?);
        let inside = if dtype == DType::U8 { DType::F32 } else { dtype };
        let id = graph.leaf(Source::Input(i), shape, inside);
        values.push(id);
        inputs.push((id, dtype));
    }
    for _ in 0..r.count(3)? {
        let index = r.word()? as usize;
        let (dtype, shape) = (r.dtype()?, r.shape()?);
        match table.entries.get(index) {
            Some(entry) if entry.dtype == dtype && entry.shape == shape => {}
            _ => return bad(format!("parameter {index} of shape {shape:?} is not one of the model's")),
        }
        values.push(graph.leaf(Source::Parameter(index), shape, dtype));
    }
    let calls = calls(&mut r, &mut graph, &mut values, train || gradients)?;
    let roots = roots(&mut r, &graph, &values, table)?;
    let names = names(&mut r, &mut graph, &calls, bytes.len())?;
    if (train || gradients) && roots.1.is_none() {
        return bad("a program that differentiates needs a loss");
    }
    Ok(Program {
        graph,
        train,
        gradients,
        recompute,
        inputs,
        outputs: roots.0,
        loss: roots.1,
        metrics: roots.2,
        updates: roots.3,
        gradient_of: Vec::new(),
        names,
    })
}

/// Reads the calls; answers the range of nodes that each one added.
fn calls(
    r: &mut Reader,
    graph: &mut Graph,
    values: &mut Vec<Id>,
    differentiated: bool,
) -> Result<Vec<std::ops::Range<usize>>> {
    let count = r.count(5)?;
    let mut ranges = Vec::with_capacity(count);
    for n in 0..count {
        let code = r.word()?;
        let Some(&op) = ops::ALL.get(code as usize).filter(|op| !op.internal) else {
            return bad(format!("unknown operation {code}"));
        };
        let arity = r.count(1)?;
        if !(arity == op.inputs.len() || op.variadic() && arity >= 1) {
            return bad(format!("{}: {arity} inputs where it takes {}", op.name, op.inputs.len()));
        }
        let inputs = (0..arity).map(|_| r.value(values)).collect::<Result<Vec<_>>>()?;
        let attrs = r.attrs(op)?;
        let (dtype, shape) = (r.dtype()?, r.shape()?);
        let before = graph.nodes.len();
        graph.origin = n as u32;
        let made = graph.try_call(op, &inputs, attrs).and_then(|id| walk::better(graph, id, differentiated));
        let id = made.map_err(|message| GraphError { code: "shape", layer: String::new(), message })?;
        let node = &graph.nodes[id];
        if node.shape != shape || node.dtype != dtype {
            return bad(format!("{} makes {:?}, the program says {shape:?}", op.name, node.shape));
        }
        values.push(id);
        ranges.push(before..graph.nodes.len());
    }
    Ok(ranges)
}

type Roots = (Vec<Id>, Option<Id>, Vec<(Id, Id)>, Vec<(usize, Id)>);

fn roots(r: &mut Reader, graph: &Graph, values: &[Id], table: &ParameterTable) -> Result<Roots> {
    let scalar = |id: Id| {
        let node = &graph.nodes[id];
        if node.shape.is_empty() && node.dtype == DType::F32 {
            Ok(id)
        } else {
            bad(format!("a loss or metric must be one number, not {:?}", node.shape))
        }
    };
    let outputs = (0..r.count(1)?).map(|_| r.value(values)).collect::<Result<Vec<_>>>()?;
    let loss = match r.word()? {
        NONE => None,
        index => match values.get(index as usize) {
            Some(&id) => Some(scalar(id)?),
            None => return bad("the loss is no value"),
        },
    };
    let mut metrics = Vec::new();
    for _ in 0..r.count(2)? {
        metrics.push((scalar(r.value(values)?)?, scalar(r.value(values)?)?));
    }
    let mut updates = Vec::new();
    for _ in 0..r.count(2)? {
        let (index, id) = (r.word()? as usize, r.value(values)?);
        match table.entries.get(index) {
            Some(entry) if entry.shape == graph.nodes[id].shape => updates.push((index, id)),
            _ => return bad(format!("parameter {index} has another shape than the value that it should become")),
        }
    }
    Ok((outputs, loss, metrics, updates))
}

/// Reads the layers' names and gives every node its own.
fn names(r: &mut Reader, graph: &mut Graph, calls: &[std::ops::Range<usize>], total: usize) -> Result<Vec<String>> {
    let count = r.count(1)?;
    if count != calls.len() {
        return bad(format!("{count} origins for {} calls", calls.len()));
    }
    let origins = (0..count).map(|_| r.word()).collect::<Result<Vec<_>>>()?;
    let mut names = Vec::new();
    for _ in 0..r.count(1)? {
        let length = r.word()? as usize;
        let Some(text) = r.at.checked_add(length).and_then(|end| r.bytes.get(r.at..end)) else {
            return bad("a name ends too late");
        };
        names.push(String::from_utf8_lossy(text).into_owned());
        r.at = (r.at + length.next_multiple_of(4)).min(total);
    }
    for (range, origin) in calls.iter().zip(origins) {
        if origin as usize >= names.len() {
            return bad("an origin has no name");
        }
        for node in &mut graph.nodes[range.clone()] {
            node.origin = origin;
        }
    }
    if r.at != total {
        return bad("bytes are left over");
    }
    Ok(names)
}
