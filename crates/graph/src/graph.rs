//! Values and the calls that make them. Equal calls are made once, and simple algebra is done while building.

use kernels::DType;
use ops::{shape, Attr, Attrs, Emit, Id, Lower, Op};
use std::collections::HashMap;

/// Largest value, in elements: what a 32-bit memory can hold.
const MAX_ELEMENTS: usize = 1 << 29;

#[derive(Clone, Debug)]
pub enum Source {
    Input(usize),
    Parameter(usize),
    Call { op: &'static Op, inputs: Vec<Id>, attrs: Vec<Attr> },
}

#[derive(Clone, Debug)]
pub struct Node {
    pub source: Source,
    pub shape: Vec<usize>,
    pub dtype: DType,
    /// Index of the layer's name.
    pub origin: u32,
}

impl Node {
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The call's operation, if the node is a call.
    pub fn op(&self) -> Option<&'static Op> {
        match &self.source {
            Source::Call { op, .. } => Some(op),
            _ => None,
        }
    }
    pub fn inputs(&self) -> &[Id] {
        match &self.source {
            Source::Call { inputs, .. } => inputs,
            _ => &[],
        }
    }
    pub fn attrs(&self) -> Attrs<'_> {
        match &self.source {
            Source::Call { attrs, .. } => Attrs(attrs),
            _ => Attrs(&[]),
        }
    }
    pub fn is(&self, op: &'static Op) -> bool {
        self.op() == Some(op)
    }
    /// The number, if the node is a constant.
    pub fn constant(&self) -> Option<f32> {
        (self.is(&ops::constant::OP) && self.dtype == DType::F32).then(|| self.attrs().f32(2))
    }
}

type Key = (*const Op, Vec<Id>, Vec<Attr>);

#[derive(Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    known: HashMap<Key, Id>,
    /// Origin of the nodes being added.
    pub origin: u32,
}

impl Graph {
    pub fn leaf(&mut self, source: Source, shape: Vec<usize>, dtype: DType) -> Id {
        self.nodes.push(Node { source, shape, dtype, origin: self.origin });
        self.nodes.len() - 1
    }

    /// Adds a call, or finds the value that it would make.
    pub fn try_call(&mut self, op: &'static Op, inputs: &[Id], attrs: Vec<Attr>) -> Result<Id, String> {
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|&i| self.nodes[i].shape.clone()).collect();
        let dtypes: Vec<DType> = inputs.iter().map(|&i| self.nodes[i].dtype).collect();
        let (shape, dtype) =
            shape::infer(op.rule, &shapes, &dtypes, Attrs(&attrs)).map_err(|e| format!("{}: {e}", op.name))?;
        let elements = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d).filter(|&n| n <= MAX_ELEMENTS));
        if elements.is_none() || shape.len() > kernels::layout::MAX_RANK {
            return Err(format!("{}: a result of shape {shape:?} is too large", op.name));
        }
        if let Some(id) = self.simplify(op, inputs, &attrs, &shape, dtype) {
            return Ok(id);
        }
        let inputs = self.expressible(op, inputs, &shape);
        let key = (op as *const Op, inputs, attrs);
        if let Some(&id) = self.known.get(&key) {
            return Ok(id);
        }
        let source = Source::Call { op, inputs: key.1.clone(), attrs: key.2.clone() };
        let id = self.leaf(source, shape, dtype);
        self.known.insert(key, id);
        Ok(id)
    }

    /// How often each value is read, by a root or by a call that the roots need; 0: none of them needs it.
    pub fn uses(&self, roots: &[Id]) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        roots.iter().for_each(|&id| uses[id] += 1);
        for id in (0..self.nodes.len()).rev() {
            if uses[id] > 0 {
                self.nodes[id].inputs().iter().for_each(|&input| uses[input] += 1);
            }
        }
        uses
    }

    /// Forgets a call that was changed: no equal one finds it.
    pub fn forget(&mut self, id: Id) {
        self.known.retain(|_, known| *known != id);
    }

    /// A value that equals the call, where one exists or a better call makes one.
    fn simplify(
        &mut self,
        op: &'static Op,
        inputs: &[Id],
        attrs: &[Attr],
        shape: &[usize],
        dtype: DType,
    ) -> Option<Id> {
        let a = Attrs(attrs);
        let x = *inputs.first()?;
        let same = self.nodes[x].shape == shape && self.nodes[x].dtype == dtype;
        let number = |i: usize| self.nodes[inputs[i]].constant();
        match op.name {
            "reshape" if same => Some(x),
            "reshape" if self.nodes[x].is(op) => {
                let origin = self.nodes[x].inputs()[0];
                self.try_call(op, &[origin], vec![Attr::ints(shape.iter().copied())]).ok()
            }
            "broadcast_to" | "cast" if same => Some(x),
            "slice" if same && a.ints(2).iter().all(|&step| step == 1) => Some(x),
            "dropout" if a.f32(0) == 0.0 => Some(x),
            "add" | "sub" if same && number(1) == Some(0.0) => Some(x),
            "mul" | "div" if same && number(1) == Some(1.0) => Some(x),
            "add" if number(0) == Some(0.0) && self.nodes[inputs[1]].shape == shape => Some(inputs[1]),
            "mul" if number(0) == Some(1.0) && self.nodes[inputs[1]].shape == shape => Some(inputs[1]),
            "mul" if same && self.factor(x).is_some() && number(1).is_some() => {
                let factor = self.factor(x)? * number(1)?;
                let before = self.nodes[x].inputs()[0];
                let factor = (self as &mut dyn Emit).number(factor.is_normal().then_some(factor)?);
                self.try_call(op, &[before, factor], Vec::new()).ok()
            }
            "matmul" => {
                let flipped = [self.flipped(inputs[0]), self.flipped(inputs[1])];
                if flipped == [None, None] {
                    return None;
                }
                let pair = [flipped[0].unwrap_or(inputs[0]), flipped[1].unwrap_or(inputs[1])];
                let flags = [a.bool(0) ^ flipped[0].is_some(), a.bool(1) ^ flipped[1].is_some()];
                self.try_call(op, &pair, flags.map(Attr::Bool).to_vec()).ok()
            }
            // Sums of one number each.
            "sum" | "mean" | "max" | "min"
                if self.nodes[x].len() == shape.iter().product() && !self.nodes[x].is_empty() =>
            {
                self.try_call(&ops::reshape::OP, &[x], vec![Attr::ints(shape.iter().copied())]).ok()
            }
            "sum" if self.spreads(x, a) => {
                let &spread = self.nodes[x].inputs().last()?;
                self.try_call(op, &[spread], attrs.to_vec()).ok()
            }
            "sum" | "mean" | "max" | "min" => self.split_reduction(op, x, a, shape),
            _ => None,
        }
    }

    /// The number by which a value of the same shape was multiplied to make this one.
    fn factor(&self, id: Id) -> Option<f32> {
        let node = &self.nodes[id];
        let &[x, factor] = node.inputs() else { return None };
        let product = node.is(&ops::elementwise::mul::OP) && self.nodes[x].shape == node.shape;
        self.nodes[factor].constant().filter(|_| product)
    }

    /// Whether a value is a pooling's gradient and lines and columns are summed away: their sum is that of what was spread.
    fn spreads(&self, id: Id, a: Attrs) -> bool {
        let node = &self.nodes[id];
        let pooling = [&ops::window::max_pool2d_grad::OP, &ops::window::avg_pool2d_grad::OP];
        let axes = shape::axes(a.ints(0), node.shape.len());
        pooling.into_iter().any(|op| node.is(op)) && axes.is_ok_and(|axes| axes.contains(&1) && axes.contains(&2))
    }

    /// What a value is the transposition of (of its last two axes).
    fn flipped(&self, id: Id) -> Option<Id> {
        let node = &self.nodes[id];
        let rank = node.shape.len();
        let perm = shape::axes(node.attrs().ints(0), rank).ok()?;
        let swapped = node.is(&ops::transpose::OP)
            && rank >= 2
            && (0..rank - 2).all(|i| perm[i] == i)
            && perm[rank - 2] == rank - 1;
        swapped.then(|| node.inputs()[0])
    }

    /// Reductions over axes that don't lie side by side become several; over none, a reshape.
    fn split_reduction(&mut self, op: &'static Op, x: Id, a: Attrs, shape: &[usize]) -> Option<Id> {
        let rank = self.nodes[x].shape.len();
        let mut axes = shape::axes(a.ints(0), rank).ok()?;
        axes.sort_unstable();
        if axes.is_empty() {
            return Some(x);
        }
        if ops::reduce::block(&self.nodes[x].shape, a).is_some() {
            return None;
        }
        let mut value = x;
        for &axis in &axes {
            value = self.try_call(op, &[value], vec![Attr::ints([axis]), Attr::Bool(true)]).ok()?;
        }
        self.try_call(&ops::reshape::OP, &[value], vec![Attr::ints(shape.iter().copied())]).ok()
    }

    /// Operands of broadcasting calls that no (inner, count) pattern expresses are written out first.
    fn expressible(&mut self, op: &'static Op, inputs: &[Id], shape: &[usize]) -> Vec<Id> {
        if op.rule != shape::Rule::Broadcast {
            return inputs.to_vec();
        }
        let spread = |graph: &mut Graph, id: Id| {
            if pattern(&graph.nodes[id].shape, shape).is_some() {
                return id;
            }
            let attrs = vec![Attr::ints(shape.iter().copied())];
            graph.try_call(&ops::broadcast_to::OP, &[id], attrs).expect("checked by the caller's shape rule")
        };
        inputs.iter().map(|&id| spread(self, id)).collect()
    }
}

/// How a value of shape `from` lies under a broadcast to `to`: element i reads `from[(i / inner) % count]`.
pub fn pattern(from: &[usize], to: &[usize]) -> Option<(usize, usize)> {
    let extra = to.len().checked_sub(from.len())?;
    let repeated = |i: usize| i < extra || (from[i - extra] == 1 && to[i] != 1);
    // Axes of size 1 on both sides belong to either kind.
    let real = |i: &usize| to[*i] != 1;
    let kept: Vec<usize> = (0..to.len()).filter(real).filter(|&i| !repeated(i)).collect();
    let (Some(&first), Some(&last)) = (kept.first(), kept.last()) else {
        return Some((1, 1));
    };
    if (first..=last).filter(real).any(repeated) {
        return None;
    }
    Some((to[last + 1..].iter().product(), to[first..=last].iter().product()))
}

impl Emit for Graph {
    fn call(&mut self, op: &'static Op, inputs: &[Id], attrs: Vec<Attr>) -> Id {
        match self.try_call(op, inputs, attrs) {
            Ok(id) => id,
            // Gradients are written by us and tested for every operation: a refusal is a bug, not bad input.
            Err(message) => panic!("a gradient made an impossible call: {message}"),
        }
    }
    fn shape(&self, value: Id) -> Vec<usize> {
        self.nodes[value].shape.clone()
    }
}

/// Where a call's result begins in its input's words, if it is a stretch of them.
pub fn stretch(graph: &Graph, node: &Node) -> Option<usize> {
    if !node.is(&ops::slice::OP) {
        return None;
    }
    let from = &graph.nodes[node.inputs()[0]].shape;
    let (begin, stride) = (node.attrs().ints(0), node.attrs().ints(2));
    // Whole axes behind the first that is cut, and one step of those before it.
    let cut = (0..from.len()).rev().find(|&i| node.shape[i] != from[i]).unwrap_or(0);
    let regular =
        (0..from.len()).all(|i| if i < cut { node.shape[i] == 1 } else { stride[i] == 1 || node.shape[i] == 1 });
    regular.then(|| from.iter().zip(begin).fold(0, |at, (&d, &b)| at * d + b as usize))
}

/// Whether a call needs no records because its result is its input's words.
pub fn is_alias(node: &Node) -> bool {
    node.op().is_some_and(|op| matches!(op.lower, Lower::Alias))
}
