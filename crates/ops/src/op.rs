//! What an operation is.

use crate::shape::Rule;
use kernels::fused::Fused;
use kernels::{DType, Function, Kernel};
use parallel::Span;

/// A value of a graph under construction.
pub type Id = usize;

/// An attribute's value. Floats are kept by their bits, so that equal calls are found by comparing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Attr {
    F32(u32),
    I32(i32),
    Bool(bool),
    Ints(Vec<i32>),
    DType(DType),
}

impl Attr {
    pub fn f32(value: f32) -> Attr {
        Attr::F32(value.to_bits())
    }
    pub fn ints(values: impl IntoIterator<Item = usize>) -> Attr {
        Attr::Ints(values.into_iter().map(|v| v as i32).collect())
    }
}

/// An attribute's name and type, with its default in TypeScript ("" if it must be given).
pub struct AttrSpec {
    pub name: &'static str,
    pub kind: AttrKind,
    pub default: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttrKind {
    F32,
    I32,
    Bool,
    Ints,
    DType,
}

/// An attribute that must be given.
pub const fn required(name: &'static str, kind: AttrKind) -> AttrSpec {
    AttrSpec { name, kind, default: "" }
}

/// An attribute with a default, written as TypeScript.
pub const fn optional(name: &'static str, kind: AttrKind, default: &'static str) -> AttrSpec {
    AttrSpec { name, kind, default }
}

/// Typed access to a call's attributes by position; the decoder has checked their kinds.
#[derive(Clone, Copy)]
pub struct Attrs<'a>(pub &'a [Attr]);

impl<'a> Attrs<'a> {
    pub fn f32(&self, i: usize) -> f32 {
        match self.0.get(i) {
            Some(Attr::F32(bits)) => f32::from_bits(*bits),
            _ => f32::NAN,
        }
    }
    pub fn i32(&self, i: usize) -> i32 {
        match self.0.get(i) {
            Some(Attr::I32(value)) => *value,
            _ => 0,
        }
    }
    pub fn bool(&self, i: usize) -> bool {
        matches!(self.0.get(i), Some(Attr::Bool(true)))
    }
    pub fn ints(&self, i: usize) -> &'a [i32] {
        match self.0.get(i) {
            Some(Attr::Ints(values)) => values,
            _ => &[],
        }
    }
    pub fn dtype(&self, i: usize) -> DType {
        match self.0.get(i) {
            Some(Attr::DType(dtype)) => *dtype,
            _ => DType::F32,
        }
    }
}

/// Where gradients are written: a graph that calls can be added to.
pub trait Emit {
    fn call(&mut self, op: &'static Op, inputs: &[Id], attrs: Vec<Attr>) -> Id;
    fn shape(&self, value: Id) -> Vec<usize>;
}

/// A call whose gradient is wanted.
pub struct Call<'a> {
    pub inputs: &'a [Id],
    pub attrs: Attrs<'a>,
    /// The call's result, and the gradient that arrives at it.
    pub y: Id,
    pub dy: Id,
}

/// Gradients of a call's inputs: one per input, `None` where there is none (indices, labels).
pub type Vjp = fn(e: &mut dyn Emit, call: &Call) -> Vec<Option<Id>>;

/// A call that is being turned into records.
pub struct Lowering<'a> {
    pub shapes: &'a [Vec<usize>],
    pub shape: &'a [usize],
    pub attrs: Attrs<'a>,
    pub inputs: &'a [Span],
    pub out: Span,
    pub workspace: Span,
    /// Only for operations that take one.
    pub epilogue: Option<Fused>,
}

/// Takes the records of a call, in the order in which they run.
pub type Push<'a> = &'a mut dyn FnMut(Box<dyn Kernel>);

/// How a call becomes records.
pub enum Lower {
    /// One function of each element; fused with its neighbours.
    Elementwise(fn(Attrs) -> (Function, [f32; 2])),
    /// The same words under another shape: nothing to run.
    Alias,
    /// Records of its own.
    Records { workspace: fn(&[Vec<usize>], &[usize], Attrs) -> usize, lower: fn(Lowering, Push) },
}

/// No workspace.
pub fn none(_: &[Vec<usize>], _: &[usize], _: Attrs) -> usize {
    0
}

/// An operation: everything that the rest of the engine, the generated TypeScript and the tests know about it, but for its
/// description, which is the first lines of its file.
pub struct Op {
    pub name: &'static str,
    /// Names of its inputs; one name starting with "..." stands for any number.
    pub inputs: &'static [&'static str],
    pub attrs: &'static [AttrSpec],
    pub rule: Rule,
    pub lower: Lower,
    /// `None`: has no gradient by nature (comparisons, indices); gradients stop here.
    pub vjp: Option<Vjp>,
    /// Gradients of other operations are not offered to TypeScript.
    pub internal: bool,
    /// The same in f64, naively, on row-major values.
    #[cfg(any(test, feature = "reference"))]
    pub reference: fn(&crate::sample::Reference) -> Vec<f64>,
    #[cfg(any(test, feature = "reference"))]
    pub samples: fn() -> Vec<crate::sample::Sample>,
}

impl Op {
    /// What operations have in common that only the gradients of others call, and that are tested through those.
    pub const INTERNAL: Op = Op {
        name: "",
        inputs: &[],
        attrs: &[],
        rule: Rule::Fill,
        lower: Lower::Alias,
        vjp: None,
        internal: true,
        #[cfg(any(test, feature = "reference"))]
        reference: |_| unreachable!("checked through the operation that it belongs to"),
        #[cfg(any(test, feature = "reference"))]
        samples: Vec::new,
    };

    pub fn variadic(&self) -> bool {
        self.inputs.iter().any(|name| name.starts_with("..."))
    }
}

impl PartialEq for Op {
    fn eq(&self, other: &Op) -> bool {
        std::ptr::eq(self, other) || self.name == other.name
    }
}

impl Eq for Op {}

impl std::hash::Hash for Op {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
