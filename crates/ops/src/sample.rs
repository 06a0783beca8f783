//! Samples of calls and what references see of them: for tests, fuzzing and benchmarks.

use crate::op::{Attr, Attrs};
use kernels::DType;

/// One call to try: shapes and types of its inputs, and its attributes.
#[derive(Clone, Debug)]
pub struct Sample {
    pub inputs: Vec<(Vec<usize>, DType)>,
    pub attrs: Vec<Attr>,
    /// Numbers are drawn from here: inside the function's domain and away from its kinks.
    pub domain: (f64, f64),
    /// The call must be refused.
    pub invalid: bool,
}

impl Sample {
    pub fn of(shapes: &[&[usize]]) -> Sample {
        let inputs = shapes.iter().map(|s| (s.to_vec(), DType::F32)).collect();
        Sample { inputs, attrs: Vec::new(), domain: (-2.0, 2.0), invalid: false }
    }
    pub fn attrs(mut self, attrs: Vec<Attr>) -> Sample {
        self.attrs = attrs;
        self
    }
    pub fn domain(mut self, low: f64, high: f64) -> Sample {
        self.domain = (low, high);
        self
    }
    pub fn int(mut self, input: usize) -> Sample {
        self.inputs[input].1 = DType::I32;
        self
    }
    pub fn invalid(mut self) -> Sample {
        self.invalid = true;
        self
    }
}

/// What a naive f64 implementation is given.
pub struct Reference<'a> {
    pub inputs: &'a [Vec<f64>],
    pub shapes: &'a [Vec<usize>],
    pub attrs: Attrs<'a>,
    pub shape: &'a [usize],
}

impl Reference<'_> {
    /// All places of the result, by index along each axis.
    pub fn places(&self) -> Vec<Vec<usize>> {
        places(self.shape)
    }
    /// Element of input `i` at a place, with broadcasting.
    pub fn at(&self, i: usize, place: &[usize]) -> f64 {
        let shape = &self.shapes[i];
        let place = &place[place.len() - shape.len()..];
        let index = shape.iter().zip(place).fold(0, |at, (&d, &p)| at * d + if d == 1 { 0 } else { p });
        self.inputs[i][index]
    }
    /// The result, made place by place.
    pub fn each(&self, f: impl Fn(&[usize]) -> f64) -> Vec<f64> {
        self.places().iter().map(|p| f(p)).collect()
    }
}

/// All places of a shape, in row-major order.
pub fn places(shape: &[usize]) -> Vec<Vec<usize>> {
    let count: usize = shape.iter().product();
    (0..count)
        .map(|mut left| {
            let mut place = vec![0; shape.len()];
            for (p, &d) in place.iter_mut().zip(shape).rev() {
                *p = left % d;
                left /= d;
            }
            place
        })
        .collect()
}

/// erf by its series, for |x| below 4.
pub fn erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..120 {
        term *= -x * x / n as f64;
        sum += term / (2 * n + 1) as f64;
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}
