//! Cells: what becomes of a row's state at one step, and the way back. Gates lie in Keras's order.

use crate::vecmath::{sigmoid, tanh};
use simd::F32x8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// h' = f(z)
    Simple,
    /// Gates i, f, g, o; c' = f·c + i·g; h' = o·f(c')
    Lstm,
    /// Gates z, r, n, the reset after the product: n = f(x + r·q); h' = z·h + (1 − z)·n
    Gru,
}

impl Cell {
    pub fn from_code(code: i32) -> Option<Cell> {
        [Cell::Simple, Cell::Lstm, Cell::Gru].get(usize::try_from(code).ok()?).copied()
    }
    pub fn gates(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Lstm => 4,
            Cell::Gru => 3,
        }
    }
    pub fn states(self) -> usize {
        1 + (self == Cell::Lstm) as usize
    }
    /// Values per unit that the gradient needs of a step: h; i, f, g, o, c, f(c); z, r, n, q.
    pub fn kept(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Lstm => 6,
            Cell::Gru => 4,
        }
    }
}

/// Functions whose derivative follows from their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    Tanh,
    Sigmoid,
    Relu,
    Linear,
    HardSigmoid,
}

impl Activation {
    pub fn from_code(code: i32) -> Option<Activation> {
        use Activation::*;
        [Tanh, Sigmoid, Relu, Linear, HardSigmoid].get(usize::try_from(code).ok()?).copied()
    }

    /// Values become those of the function. A loop of its own for each function: V8 has too few registers for the constants of
    /// several.
    fn apply(self, values: &mut [f32]) {
        let (zero, one) = (F32x8::splat(0.0), F32x8::splat(1.0));
        match self {
            Activation::Tanh => each(values, tanh),
            Activation::Sigmoid => each(values, sigmoid),
            Activation::Relu => each(values, |x| x.pmax(zero)),
            Activation::Linear => {}
            Activation::HardSigmoid => {
                each(values, |x| (x * F32x8::splat(1.0 / 6.0) + F32x8::splat(0.5)).pmax(zero).pmin(one));
            }
        }
    }

    /// The derivative where the value is y.
    #[inline(always)]
    fn slope(self, y: F32x8) -> F32x8 {
        let (zero, one) = (F32x8::splat(0.0), F32x8::splat(1.0));
        match self {
            Activation::Tanh => one - y * y,
            Activation::Sigmoid => y * (one - y),
            Activation::Relu => zero.less(y).select(one, zero),
            Activation::Linear => one,
            Activation::HardSigmoid => {
                let inside = zero.less(y).and(y.less(one));
                inside.select(F32x8::splat(1.0 / 6.0), zero)
            }
        }
    }
}

#[inline(always)]
fn each(values: &mut [f32], f: impl Fn(F32x8) -> F32x8) {
    let mut eights = values.chunks_exact_mut(8);
    for eight in &mut eights {
        f(F32x8::from_slice(eight)).to_slice(eight);
    }
    let rest = eights.into_remainder();
    if !rest.is_empty() {
        put(rest, 0, f(get(rest, 0)));
    }
}

/// out = a + b
fn sum(a: &[f32], b: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(a).zip(b).for_each(|((o, &a), &b)| *o = a + b);
}

/// Lanes from a place on; beyond the row's end they are 0.
#[inline(always)]
fn get(row: &[f32], at: usize) -> F32x8 {
    match row.get(at..at + 8) {
        Some(eight) => F32x8::from_slice(eight),
        None => {
            let mut lanes = [0.0; 8];
            lanes.iter_mut().zip(&row[at..]).for_each(|(lane, &value)| *lane = value);
            F32x8::from_array(lanes)
        }
    }
}

#[inline(always)]
fn put(row: &mut [f32], at: usize, value: F32x8) {
    match row.get_mut(at..at + 8) {
        Some(eight) => value.to_slice(eight),
        None => row[at..].iter_mut().zip(value.to_array()).for_each(|(place, lane)| *place = lane),
    }
}

/// A row cut into equal parts.
#[inline(always)]
fn parts<const N: usize>(row: &[f32], units: usize) -> [&[f32]; N] {
    std::array::from_fn(|i| &row[i * units..(i + 1) * units])
}

#[inline(always)]
fn parts_mut<const N: usize>(row: &mut [f32], units: usize) -> [&mut [f32]; N] {
    let mut rest = row;
    std::array::from_fn(|_| {
        let (part, after) = std::mem::take(&mut rest).split_at_mut(units);
        rest = after;
        part
    })
}

/// The functions of a cell.
#[derive(Clone, Copy)]
pub(super) struct Functions {
    pub cell: Cell,
    pub state: Activation,
    pub gate: Activation,
}

/// One row at one step, going forward.
pub(super) struct Row<'a> {
    /// The projected input and the state's product with the recurrent weights; or a bias, and the product of both.
    pub x: &'a [f32],
    pub product: &'a mut [f32],
    pub bias: Option<&'a [f32]>,
    /// The state as it was multiplied.
    pub before: &'a [f32],
    pub h: &'a mut [f32],
    pub c: &'a mut [f32],
    pub kept: &'a mut [f32],
}

/// One row at one step, going back.
pub(super) struct BackRow<'a> {
    pub kept: &'a [f32],
    pub before: &'a [f32],
    /// The cell before; zeros if there is none.
    pub c_before: Option<&'a [f32]>,
    /// Gradients of the state and of the cell after the step. The first becomes what reaches the state before without a
    /// product, the second the gradient of the cell before.
    pub dh: &'a mut [f32],
    pub dc: &'a mut [f32],
    /// Gradient of the projected input.
    pub dx: &'a mut [f32],
    /// Gradient of the recurrent product, where it is another.
    pub inner: &'a mut [f32],
}

impl Functions {
    pub fn forward(&self, row: Row) {
        match self.cell {
            Cell::Simple => simple(self.state, row),
            Cell::Lstm => lstm(self.state, self.gate, row),
            Cell::Gru => gru(self.state, self.gate, row),
        }
    }

    pub fn backward(&self, row: BackRow) {
        match (self.cell, self.state, self.gate) {
            // What almost all networks use, with functions that are known when this is compiled.
            (Cell::Lstm, Activation::Tanh, Activation::Sigmoid) => {
                lstm_back(Activation::Tanh, Activation::Sigmoid, row)
            }
            (Cell::Gru, Activation::Tanh, Activation::Sigmoid) => gru_back(Activation::Tanh, Activation::Sigmoid, row),
            (Cell::Lstm, state, gate) => lstm_back(state, gate, row),
            (Cell::Gru, state, gate) => gru_back(state, gate, row),
            (Cell::Simple, state, _) => simple_back(state, row),
        }
    }
}

fn simple(f: Activation, Row { x, product, h, kept, .. }: Row) {
    sum(x, product, h);
    f.apply(h);
    kept.copy_from_slice(h);
}

fn simple_back(f: Activation, BackRow { kept, dh, dx, .. }: BackRow) {
    for u in (0..dh.len()).step_by(8) {
        put(dx, u, get(dh, u) * f.slope(get(kept, u)));
        put(dh, u, F32x8::splat(0.0));
    }
}

fn lstm(f: Activation, gate: Activation, Row { x, product, h, c, kept, .. }: Row) {
    let units = h.len();
    let (gates, cells) = kept.split_at_mut(4 * units);
    sum(x, product, gates);
    gate.apply(&mut gates[..2 * units]);
    f.apply(&mut gates[2 * units..3 * units]);
    gate.apply(&mut gates[3 * units..]);
    let [i, forget, g, o] = parts(gates, units);
    let [cell, active] = parts_mut(cells, units);
    for u in (0..units).step_by(8) {
        let new = get(forget, u).madd(get(c, u), get(i, u) * get(g, u));
        put(cell, u, new);
        put(c, u, new);
        put(active, u, new);
    }
    f.apply(active);
    h.iter_mut().zip(o).zip(active).for_each(|((h, o), active)| *h = o * *active);
}

#[inline(always)]
fn lstm_back(f: Activation, gate: Activation, BackRow { kept, c_before, dh, dc, dx, .. }: BackRow) {
    let units = dh.len();
    let [ki, kf, kg, ko, _, ka] = parts::<6>(kept, units);
    let [di, df, dg, d_o] = parts_mut::<4>(dx, units);
    for u in (0..units).step_by(8) {
        let (i, forget, g, o) = (get(ki, u), get(kf, u), get(kg, u), get(ko, u));
        let active = get(ka, u);
        let d = get(dh, u);
        let cell = (d * o).madd(f.slope(active), get(dc, u));
        let before = c_before.map_or(F32x8::splat(0.0), |c| get(c, u));
        put(di, u, cell * g * gate.slope(i));
        put(df, u, cell * before * gate.slope(forget));
        put(dg, u, cell * i * f.slope(g));
        put(d_o, u, d * active * gate.slope(o));
        put(dc, u, cell * forget);
        put(dh, u, F32x8::splat(0.0));
    }
}

fn gru(f: Activation, gate: Activation, Row { x, product, bias, before, h, kept, .. }: Row) {
    let units = h.len();
    if let Some(bias) = bias {
        product.iter_mut().zip(bias).for_each(|(p, b)| *p += b);
    }
    let (gates, rest) = kept.split_at_mut(2 * units);
    let (n, q) = rest.split_at_mut(units);
    let ((x, x_n), (product, product_n)) = (x.split_at(2 * units), product.split_at(2 * units));
    sum(x, product, gates);
    gate.apply(gates);
    q.copy_from_slice(product_n);
    let (z, r) = gates.split_at(units);
    for u in (0..units).step_by(8) {
        put(n, u, get(r, u).madd(get(q, u), get(x_n, u)));
    }
    f.apply(n);
    for u in (0..units).step_by(8) {
        let z = get(z, u);
        put(h, u, z.madd(get(before, u), (F32x8::splat(1.0) - z) * get(n, u)));
    }
}

#[inline(always)]
fn gru_back(f: Activation, gate: Activation, BackRow { kept, before, dh, dx, inner, .. }: BackRow) {
    let units = dh.len();
    let [kz, kr, kn, kq] = parts::<4>(kept, units);
    let [dz, dr, dn] = parts_mut::<3>(dx, units);
    let [iz, ir, iq] = parts_mut::<3>(inner, units);
    for u in (0..units).step_by(8) {
        let (z, r, n, q) = (get(kz, u), get(kr, u), get(kn, u), get(kq, u));
        let d = get(dh, u);
        let of_z = d * (get(before, u) - n) * gate.slope(z);
        let of_n = d * (F32x8::splat(1.0) - z) * f.slope(n);
        let of_r = of_n * q * gate.slope(r);
        put(dz, u, of_z);
        put(dr, u, of_r);
        put(dn, u, of_n);
        put(iz, u, of_z);
        put(ir, u, of_r);
        put(iq, u, of_n * r);
        put(dh, u, d * z);
    }
}
