//! The same lanes on arrays, so that kernels are tested natively; the arithmetic is that of the simd128 build.

#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct F32x4([f32; 4]);

#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct I32x4([i32; 4]);

crate::operators!(F32x4, Add add, Sub sub, Mul mul, Div div);
crate::operators!(I32x4, Add add, Sub sub);

#[inline(always)]
fn lanes<A: Copy, B: Copy, C: Copy + Default>(a: [A; 4], b: [B; 4], f: impl Fn(A, B) -> C) -> [C; 4] {
    let mut out = [C::default(); 4];
    for i in 0..4 {
        out[i] = f(a[i], b[i]);
    }
    out
}

#[allow(clippy::should_implement_trait)]
impl F32x4 {
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        F32x4([x; 4])
    }
    #[inline(always)]
    pub fn from_array(x: [f32; 4]) -> Self {
        F32x4(x)
    }
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        self.0
    }
    /// # Safety
    /// `p` is valid for reading four values.
    #[inline(always)]
    pub unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the caller's guarantee.
        F32x4(unsafe { (p as *const [f32; 4]).read_unaligned() })
    }
    /// # Safety
    /// `p` is valid for reading one value.
    #[inline(always)]
    pub unsafe fn load_splat(p: *const f32) -> Self {
        // SAFETY: the caller's guarantee.
        F32x4([unsafe { *p }; 4])
    }
    /// # Safety
    /// `p` is valid for writing four values.
    #[inline(always)]
    pub unsafe fn store(self, p: *mut f32) {
        // SAFETY: the caller's guarantee.
        unsafe { (p as *mut [f32; 4]).write_unaligned(self.0) }
    }
    /// Rows as columns.
    #[inline(always)]
    pub fn transpose(rows: [Self; 4]) -> [Self; 4] {
        let [a, b, c, d] = rows.map(|row| row.0);
        std::array::from_fn(|i| F32x4([a[i], b[i], c[i], d[i]]))
    }
    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        F32x4(lanes(self.0, o.0, |a, b| a + b))
    }
    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        F32x4(lanes(self.0, o.0, |a, b| a - b))
    }
    #[inline(always)]
    pub fn mul(self, o: Self) -> Self {
        F32x4(lanes(self.0, o.0, |a, b| a * b))
    }
    #[inline(always)]
    pub fn div(self, o: Self) -> Self {
        F32x4(lanes(self.0, o.0, |a, b| a / b))
    }
    #[inline(always)]
    pub fn madd(self, b: Self, c: Self) -> Self {
        self * b + c
    }
    #[inline(always)]
    pub fn neg(self) -> Self {
        F32x4(self.0.map(|a| -a))
    }
    #[inline(always)]
    pub fn abs(self) -> Self {
        F32x4(self.0.map(f32::abs))
    }
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        F32x4(self.0.map(f32::sqrt))
    }
    #[inline(always)]
    pub fn floor(self) -> Self {
        F32x4(self.0.map(f32::floor))
    }
    #[inline(always)]
    pub fn ceil(self) -> Self {
        F32x4(self.0.map(f32::ceil))
    }
    #[inline(always)]
    pub fn round(self) -> Self {
        F32x4(self.0.map(f32::round_ties_even))
    }
    #[inline(always)]
    pub fn pmax(self, o: Self) -> Self {
        F32x4(lanes(self.0, o.0, |a, b| if a < b { b } else { a }))
    }
    #[inline(always)]
    pub fn pmin(self, o: Self) -> Self {
        F32x4(lanes(self.0, o.0, |a, b| if b < a { b } else { a }))
    }
    #[inline(always)]
    pub fn less(self, o: Self) -> I32x4 {
        I32x4(lanes(self.0, o.0, |a, b| -((a < b) as i32)))
    }
    #[inline(always)]
    pub fn less_equal(self, o: Self) -> I32x4 {
        I32x4(lanes(self.0, o.0, |a, b| -((a <= b) as i32)))
    }
    #[inline(always)]
    pub fn equal(self, o: Self) -> I32x4 {
        I32x4(lanes(self.0, o.0, |a, b| -((a == b) as i32)))
    }
    #[inline(always)]
    pub fn bits(self) -> I32x4 {
        I32x4(self.0.map(|a| a.to_bits() as i32))
    }
    #[inline(always)]
    pub fn to_i32(self) -> I32x4 {
        I32x4(self.0.map(|a| a as i32))
    }
}

#[allow(clippy::should_implement_trait)]
impl I32x4 {
    #[inline(always)]
    pub fn splat(x: i32) -> Self {
        I32x4([x; 4])
    }
    #[inline(always)]
    pub fn from_array(x: [i32; 4]) -> Self {
        I32x4(x)
    }
    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        I32x4(lanes(self.0, o.0, i32::wrapping_add))
    }
    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        I32x4(lanes(self.0, o.0, i32::wrapping_sub))
    }
    #[inline(always)]
    pub fn and(self, o: Self) -> Self {
        I32x4(lanes(self.0, o.0, |a, b| a & b))
    }
    #[inline(always)]
    pub fn or(self, o: Self) -> Self {
        I32x4(lanes(self.0, o.0, |a, b| a | b))
    }
    #[inline(always)]
    pub fn xor(self, o: Self) -> Self {
        I32x4(lanes(self.0, o.0, |a, b| a ^ b))
    }
    #[inline(always)]
    pub fn not(self) -> Self {
        I32x4(self.0.map(|a| !a))
    }
    #[inline(always)]
    pub fn wide_mul(self, o: Self) -> [Self; 2] {
        let product = |a: i32, b: i32| a as u32 as u64 * b as u32 as u64;
        let word = |shift: u32| I32x4(lanes(self.0, o.0, |a, b| (product(a, b) >> shift) as i32));
        [word(0), word(32)]
    }
    #[inline(always)]
    pub fn shift_left(self, n: u32) -> Self {
        I32x4(self.0.map(|a| a << n))
    }
    #[inline(always)]
    pub fn shift_right(self, n: u32) -> Self {
        I32x4(self.0.map(|a| a >> n))
    }
    #[inline(always)]
    pub fn select(self, a: F32x4, b: F32x4) -> F32x4 {
        let pick = |i: usize| {
            let mask = self.0[i] as u32;
            f32::from_bits((a.0[i].to_bits() & mask) | (b.0[i].to_bits() & !mask))
        };
        F32x4([pick(0), pick(1), pick(2), pick(3)])
    }
    #[inline(always)]
    pub fn as_f32(self) -> F32x4 {
        F32x4(self.0.map(|a| f32::from_bits(a as u32)))
    }
    #[inline(always)]
    pub fn to_f32(self) -> F32x4 {
        F32x4(self.0.map(|a| a as f32))
    }
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.iter().any(|&a| a != 0)
    }
}
