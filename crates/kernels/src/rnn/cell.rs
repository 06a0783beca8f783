//! Cells: what becomes of a row's state at one step, and the way back. Gates lie in Keras's order.

use crate::vecmath::{map, Sigmoid, Staged, Tanh};
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
    /// Values per unit that the gradient needs of a step: h; i, f, g, o, c, f(c); z, r, q, n.
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
            Activation::Tanh => change::<Tanh>(values),
            Activation::Sigmoid => change::<Sigmoid>(values),
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

fn change<F: Staged>(values: &mut [f32]) {
    let start = values.as_mut_ptr();
    // SAFETY: in place, all of them.
    unsafe { map::<F>(start, start, values.len()) };
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

/// Parts of a row, so far apart.
#[inline(always)]
fn parts<const N: usize>(row: &[f32], apart: usize, units: usize) -> [&[f32]; N] {
    std::array::from_fn(|i| &row[i * apart..][..units])
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

/// Rows so many words apart.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub at: &'a [f32],
    pub apart: usize,
}

impl<'a> Rows<'a> {
    /// A part of a row.
    #[inline(always)]
    fn part(&self, row: usize, from: usize, len: usize) -> &'a [f32] {
        &self.at[row * self.apart + from..][..len]
    }
}

/// Rows that walk together at one step, going forward; for each of their values one row after the other.
pub(super) struct Step<'a> {
    pub units: usize,
    /// The projected input, if the products lack it yet.
    pub x: Option<Rows<'a>>,
    /// The states as they were multiplied.
    pub before: Rows<'a>,
    pub h: &'a mut [f32],
    pub c: &'a mut [f32],
    /// What is kept of the step: the products of the gates, which become what the gradient needs, and room for the rest.
    pub kept: &'a mut [f32],
}

impl Step<'_> {
    /// Adds the projected input to the first products.
    fn add_input(&mut self, gates: usize) {
        let Some(x) = self.x else { return };
        for (i, block) in self.kept.chunks_exact_mut(self.h.len()).take(gates).enumerate() {
            for (r, row) in block.chunks_exact_mut(self.units).enumerate() {
                let x = x.part(r, i * self.units, self.units);
                row.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
            }
        }
    }
}

/// One row at one step, going back.
pub(super) struct BackRow<'a> {
    /// What was kept of the step from this row on, and how far apart its parts lie.
    pub kept: &'a [f32],
    pub apart: usize,
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
    pub fn forward(&self, step: Step) {
        match self.cell {
            Cell::Simple => simple(self.state, step),
            Cell::Lstm => lstm(self.state, self.gate, step),
            Cell::Gru => gru(self.state, self.gate, step),
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

fn simple(f: Activation, mut step: Step) {
    step.add_input(1);
    f.apply(step.kept);
    step.h.copy_from_slice(step.kept);
}

fn simple_back(f: Activation, BackRow { kept, dh, dx, .. }: BackRow) {
    let kept = &kept[..dh.len()];
    for u in (0..dh.len()).step_by(8) {
        put(dx, u, get(dh, u) * f.slope(get(kept, u)));
        put(dh, u, F32x8::splat(0.0));
    }
}

fn lstm(f: Activation, gate: Activation, mut step: Step) {
    step.add_input(4);
    let Step { h, c, kept, .. } = step;
    let size = h.len();
    let (gates, cells) = kept.split_at_mut(4 * size);
    gate.apply(&mut gates[..2 * size]);
    f.apply(&mut gates[2 * size..3 * size]);
    gate.apply(&mut gates[3 * size..]);
    let [i, forget, g, o] = parts(gates, size, size);
    let [cell, active] = parts_mut(cells, size);
    for u in (0..size).step_by(8) {
        let new = get(forget, u).madd(get(c, u), get(i, u) * get(g, u));
        put(cell, u, new);
        put(c, u, new);
        put(active, u, new);
    }
    f.apply(active);
    h.iter_mut().zip(o).zip(active).for_each(|((h, o), active)| *h = o * *active);
}

#[inline(always)]
fn lstm_back(f: Activation, gate: Activation, BackRow { kept, apart, c_before, dh, dc, dx, .. }: BackRow) {
    let units = dh.len();
    let [ki, kf, kg, ko, _, ka] = parts::<6>(kept, apart, units);
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

fn gru(f: Activation, gate: Activation, mut step: Step) {
    step.add_input(2);
    let Step { units, x, before, h, kept, .. } = step;
    let size = h.len();
    let (gates, rest) = kept.split_at_mut(2 * size);
    let (q, n) = rest.split_at_mut(size);
    gate.apply(gates);
    let (z, reset) = gates.split_at(size);
    let x = x.expect("a GRU takes a projected input");
    for (r, n) in n.chunks_exact_mut(units).enumerate() {
        let (x, reset, q) = (x.part(r, 2 * units, units), &reset[r * units..][..units], &q[r * units..][..units]);
        for u in (0..units).step_by(8) {
            put(n, u, get(reset, u).madd(get(q, u), get(x, u)));
        }
    }
    f.apply(n);
    for (r, h) in h.chunks_exact_mut(units).enumerate() {
        let (before, z, n) = (before.part(r, 0, units), &z[r * units..][..units], &n[r * units..][..units]);
        for u in (0..units).step_by(8) {
            let z = get(z, u);
            put(h, u, z.madd(get(before, u), (F32x8::splat(1.0) - z) * get(n, u)));
        }
    }
}

#[inline(always)]
fn gru_back(f: Activation, gate: Activation, BackRow { kept, apart, before, dh, dx, inner, .. }: BackRow) {
    let units = dh.len();
    let [kz, kr, kq, kn] = parts::<4>(kept, apart, units);
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
