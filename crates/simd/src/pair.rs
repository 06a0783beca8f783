//! Eight lanes: two vectors side by side. What elementary functions are written on, so that a constant is brought once for
//! both, and one vector's arithmetic runs while the other's waits; V8's revectorizer joins them where it is on.

use crate::{F32x4, I32x4};

#[derive(Clone, Copy)]
pub struct F32x8(F32x4, F32x4);

#[derive(Clone, Copy)]
pub struct I32x8(I32x4, I32x4);

crate::operators!(F32x8, Add add, Sub sub, Mul mul, Div div);
crate::operators!(I32x8, Add add, Sub sub);

/// Methods that do to both vectors what the vectors' own do.
macro_rules! both {
    ($($method:ident($($other:ident: $type:ident),*) -> $out:ident;)*) => {
        $(#[inline(always)]
        pub fn $method(self, $($other: $type),*) -> $out {
            $out(self.0.$method($($other.0),*), self.1.$method($($other.1),*))
        })*
    };
}

#[allow(clippy::should_implement_trait)]
impl F32x8 {
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        F32x8(F32x4::splat(x), F32x4::splat(x))
    }
    /// Four lanes twice.
    #[inline(always)]
    pub fn twice(x: F32x4) -> Self {
        F32x8(x, x)
    }
    #[inline(always)]
    pub fn from_array(x: [f32; 8]) -> Self {
        F32x8(F32x4::from_slice(&x), F32x4::from_slice(&x[4..]))
    }
    #[inline(always)]
    pub fn to_array(self) -> [f32; 8] {
        let mut out = [0.0; 8];
        self.to_slice(&mut out);
        out
    }
    /// # Safety
    /// `p` is valid for reading eight values.
    #[inline(always)]
    pub unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the caller's guarantee.
        unsafe { F32x8(F32x4::load(p), F32x4::load(p.add(4))) }
    }
    /// # Safety
    /// `p` is valid for writing eight values.
    #[inline(always)]
    pub unsafe fn store(self, p: *mut f32) {
        // SAFETY: the caller's guarantee.
        unsafe {
            self.0.store(p);
            self.1.store(p.add(4));
        }
    }
    /// `n` values, fewer than eight, and ones.
    ///
    /// # Safety
    /// `p` is valid for reading that many.
    #[inline(always)]
    pub unsafe fn load_some(p: *const f32, n: usize) -> Self {
        let mut lanes = [1.0; 8];
        // SAFETY: the caller's guarantee.
        unsafe {
            if n >= 4 {
                F32x4::load(p).to_slice(&mut lanes);
            }
            (n & 4..n).for_each(|i| lanes[i] = *p.add(i));
        }
        Self::from_array(lanes)
    }
    /// Writes the first `n` lanes, fewer than eight.
    ///
    /// # Safety
    /// `p` is valid for writing that many.
    #[inline(always)]
    pub unsafe fn store_some(self, p: *mut f32, n: usize) {
        let lanes = self.to_array();
        // SAFETY: the caller's guarantee.
        unsafe {
            if n >= 4 {
                self.0.store(p);
            }
            (n & 4..n).for_each(|i| *p.add(i) = lanes[i]);
        }
    }
    /// The first eight values of a slice.
    #[inline(always)]
    pub fn from_slice(values: &[f32]) -> Self {
        let values = &values[..8];
        F32x8(F32x4::from_slice(values), F32x4::from_slice(&values[4..]))
    }
    /// Writes the lanes to the first eight places of a slice.
    #[inline(always)]
    pub fn to_slice(self, values: &mut [f32]) {
        let values = &mut values[..8];
        self.0.to_slice(values);
        self.1.to_slice(&mut values[4..]);
    }
    /// Lanes added in a fixed order: those of the two vectors first.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        (self.0 + self.1).sum()
    }
    both! {
        add(o: F32x8) -> F32x8;
        sub(o: F32x8) -> F32x8;
        mul(o: F32x8) -> F32x8;
        div(o: F32x8) -> F32x8;
        madd(b: F32x8, c: F32x8) -> F32x8;
        neg() -> F32x8;
        abs() -> F32x8;
        sqrt() -> F32x8;
        floor() -> F32x8;
        ceil() -> F32x8;
        round() -> F32x8;
        pmax(o: F32x8) -> F32x8;
        pmin(o: F32x8) -> F32x8;
        less(o: F32x8) -> I32x8;
        less_equal(o: F32x8) -> I32x8;
        equal(o: F32x8) -> I32x8;
        bits() -> I32x8;
        to_i32() -> I32x8;
    }
}

#[allow(clippy::should_implement_trait)]
impl I32x8 {
    #[inline(always)]
    pub fn splat(x: i32) -> Self {
        I32x8(I32x4::splat(x), I32x4::splat(x))
    }
    #[inline(always)]
    pub fn shift_left(self, n: u32) -> Self {
        I32x8(self.0.shift_left(n), self.1.shift_left(n))
    }
    /// Arithmetic shift.
    #[inline(always)]
    pub fn shift_right(self, n: u32) -> Self {
        I32x8(self.0.shift_right(n), self.1.shift_right(n))
    }
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.or(self.1).any()
    }
    both! {
        add(o: I32x8) -> I32x8;
        sub(o: I32x8) -> I32x8;
        and(o: I32x8) -> I32x8;
        or(o: I32x8) -> I32x8;
        not() -> I32x8;
        select(a: F32x8, b: F32x8) -> F32x8;
        as_f32() -> F32x8;
        to_f32() -> F32x8;
    }
}

#[cfg(test)]
mod tests {
    use super::F32x8;

    #[test]
    fn some_lanes_and_no_others() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        for n in 1..8 {
            let mut out = [0.0; 8];
            // SAFETY: both have eight places.
            unsafe { F32x8::load_some(values.as_ptr(), n).store_some(out.as_mut_ptr(), n) };
            assert_eq!((&out[..n], &out[n..]), (&values[..n], &[0.0; 8][n..]));
        }
        assert_eq!((F32x8::from_array(values) + F32x8::splat(1.0)).sum(), 44.0);
    }
}
