//! Short forms for writing gradients: calls of the operations that gradients are made of.

use crate::op::{Attr, Emit, Id};
use crate::shape::broadcast;
use crate::*;
use kernels::DType;

macro_rules! short {
    ($($method:ident($($arg:ident),*) => $op:path;)*) => {
        impl dyn Emit + '_ {
            $(pub fn $method(&mut self, $($arg: Id),*) -> Id {
                self.call(&$op, &[$($arg),*], Vec::new())
            })*
        }
    };
}

short! {
    neg(x) => elementwise::neg::OP;
    exp(x) => elementwise::exp::OP;
    log(x) => elementwise::log::OP;
    sin(x) => elementwise::sin::OP;
    cos(x) => elementwise::cos::OP;
    tanh(x) => elementwise::tanh::OP;
    sigmoid(x) => elementwise::sigmoid::OP;
    softplus(x) => elementwise::softplus::OP;
    sign(x) => elementwise::sign::OP;
    abs(x) => elementwise::abs::OP;
    square(x) => elementwise::square::OP;
    reciprocal(x) => elementwise::reciprocal::OP;
    add(x, y) => elementwise::add::OP;
    sub(x, y) => elementwise::sub::OP;
    mul(x, y) => elementwise::mul::OP;
    div(x, y) => elementwise::div::OP;
    pow(x, y) => elementwise::pow::OP;
    equal(x, y) => elementwise::equal::OP;
    greater(x, y) => elementwise::greater::OP;
    greater_equal(x, y) => elementwise::greater_equal::OP;
    less(x, y) => elementwise::less::OP;
    less_equal(x, y) => elementwise::less_equal::OP;
    select(condition, x, y) => elementwise::select::OP;
}

impl dyn Emit + '_ {
    /// One number; broadcasting makes it any shape.
    pub fn number(&mut self, value: f32) -> Id {
        self.fill(value, &[])
    }
    pub fn fill(&mut self, value: f32, shape: &[usize]) -> Id {
        let attrs = vec![Attr::ints(shape.iter().copied()), Attr::DType(DType::F32), Attr::f32(value)];
        self.call(&constant::OP, &[], attrs)
    }
    pub fn scale(&mut self, x: Id, factor: f32) -> Id {
        let factor = self.number(factor);
        self.mul(x, factor)
    }
    pub fn shift(&mut self, x: Id, term: f32) -> Id {
        let term = self.number(term);
        self.add(x, term)
    }
    pub fn reshape(&mut self, x: Id, shape: &[usize]) -> Id {
        self.call(&reshape::OP, &[x], vec![Attr::ints(shape.iter().copied())])
    }
    pub fn broadcast_to(&mut self, x: Id, shape: &[usize]) -> Id {
        self.call(&broadcast_to::OP, &[x], vec![Attr::ints(shape.iter().copied())])
    }
    pub fn sum(&mut self, x: Id, axes: impl IntoIterator<Item = usize>, keep: bool) -> Id {
        self.call(&reduce::sum::OP, &[x], vec![Attr::ints(axes), Attr::Bool(keep)])
    }
    pub fn matmul(&mut self, a: Id, b: Id, transpose_a: bool, transpose_b: bool) -> Id {
        self.call(&matmul::OP, &[a, b], vec![Attr::Bool(transpose_a), Attr::Bool(transpose_b)])
    }
    pub fn slice(&mut self, x: Id, begin: Vec<usize>, size: &[usize], stride: Vec<usize>) -> Id {
        let attrs = vec![Attr::ints(begin), Attr::ints(size.iter().copied()), Attr::ints(stride)];
        self.call(&slice::OP, &[x], attrs)
    }
    /// A part of a value's words, under a shape of its own.
    pub fn part(&mut self, x: Id, from: usize, shape: &[usize]) -> Id {
        let words = self.shape(x).iter().product();
        let flat = self.reshape(x, &[words]);
        let part = self.slice(flat, vec![from], &[shape.iter().product()], vec![1]);
        self.reshape(part, shape)
    }

    /// Sums a gradient over the axes along which a value of `shape` was broadcast.
    pub fn sum_to(&mut self, dy: Id, shape: &[usize]) -> Id {
        let from = self.shape(dy);
        if from == shape {
            return dy;
        }
        debug_assert!(broadcast(&from, shape).as_deref() == Ok(&from));
        let extra = from.len() - shape.len();
        let repeated = |i: &usize| *i < extra || (shape[*i - extra] == 1 && from[*i] != 1);
        let axes: Vec<usize> = (0..from.len()).filter(repeated).collect();
        let sum = self.sum(dy, axes, true);
        self.reshape(sum, shape)
    }
}
