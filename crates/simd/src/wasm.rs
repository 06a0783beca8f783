//! Lanes on WebAssembly vectors; `madd` fuses when the relaxed instructions are compiled in.

use core::arch::wasm32::*;

#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct F32x4(v128);

#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct I32x4(v128);

crate::operators!(F32x4, Add add, Sub sub, Mul mul, Div div);
crate::operators!(I32x4, Add add, Sub sub);

#[allow(clippy::should_implement_trait)]
impl F32x4 {
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        F32x4(f32x4_splat(x))
    }
    #[inline(always)]
    pub fn from_array(x: [f32; 4]) -> Self {
        F32x4(f32x4(x[0], x[1], x[2], x[3]))
    }
    #[inline(always)]
    pub fn to_array(self) -> [f32; 4] {
        [
            f32x4_extract_lane::<0>(self.0),
            f32x4_extract_lane::<1>(self.0),
            f32x4_extract_lane::<2>(self.0),
            f32x4_extract_lane::<3>(self.0),
        ]
    }
    /// # Safety
    /// `p` is valid for reading four values.
    #[inline(always)]
    pub unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the caller's guarantee; WebAssembly loads need no alignment.
        F32x4(unsafe { v128_load(p as *const v128) })
    }
    /// One value in all lanes.
    ///
    /// # Safety
    /// `p` is valid for reading one value.
    #[inline(always)]
    pub unsafe fn load_splat(p: *const f32) -> Self {
        // SAFETY: the caller's guarantee.
        F32x4(unsafe { v128_load32_splat(p as *const u32) })
    }
    /// # Safety
    /// `p` is valid for writing four values.
    #[inline(always)]
    pub unsafe fn store(self, p: *mut f32) {
        // SAFETY: the caller's guarantee; WebAssembly stores need no alignment.
        unsafe { v128_store(p as *mut v128, self.0) }
    }
    /// Rows as columns.
    #[inline(always)]
    pub fn transpose(rows: [Self; 4]) -> [Self; 4] {
        let [a, b, c, d] = rows.map(|row| row.0);
        let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
        let (ab2, cd2) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        let firsts = [i32x4_shuffle::<0, 1, 4, 5>(ab, cd), i32x4_shuffle::<2, 3, 6, 7>(ab, cd)];
        let lasts = [i32x4_shuffle::<0, 1, 4, 5>(ab2, cd2), i32x4_shuffle::<2, 3, 6, 7>(ab2, cd2)];
        [F32x4(firsts[0]), F32x4(firsts[1]), F32x4(lasts[0]), F32x4(lasts[1])]
    }
    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        F32x4(f32x4_add(self.0, o.0))
    }
    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        F32x4(f32x4_sub(self.0, o.0))
    }
    #[inline(always)]
    pub fn mul(self, o: Self) -> Self {
        F32x4(f32x4_mul(self.0, o.0))
    }
    #[inline(always)]
    pub fn div(self, o: Self) -> Self {
        F32x4(f32x4_div(self.0, o.0))
    }
    /// self · b + c, fused or not by the build: LLVM never fuses by itself.
    #[inline(always)]
    pub fn madd(self, b: Self, c: Self) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        return F32x4(f32x4_relaxed_madd(self.0, b.0, c.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
        return F32x4(f32x4_add(f32x4_mul(self.0, b.0), c.0));
    }
    #[inline(always)]
    pub fn neg(self) -> Self {
        F32x4(f32x4_neg(self.0))
    }
    #[inline(always)]
    pub fn abs(self) -> Self {
        F32x4(f32x4_abs(self.0))
    }
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        F32x4(f32x4_sqrt(self.0))
    }
    #[inline(always)]
    pub fn floor(self) -> Self {
        F32x4(f32x4_floor(self.0))
    }
    #[inline(always)]
    pub fn ceil(self) -> Self {
        F32x4(f32x4_ceil(self.0))
    }
    /// Nearest integer, ties to even.
    #[inline(always)]
    pub fn round(self) -> Self {
        F32x4(f32x4_nearest(self.0))
    }
    /// `self < o ? o : self`: one instruction, where a maximum that propagates NaN takes six.
    #[inline(always)]
    pub fn pmax(self, o: Self) -> Self {
        F32x4(f32x4_pmax(self.0, o.0))
    }
    /// `o < self ? o : self`.
    #[inline(always)]
    pub fn pmin(self, o: Self) -> Self {
        F32x4(f32x4_pmin(self.0, o.0))
    }
    #[inline(always)]
    pub fn less(self, o: Self) -> I32x4 {
        I32x4(f32x4_lt(self.0, o.0))
    }
    #[inline(always)]
    pub fn less_equal(self, o: Self) -> I32x4 {
        I32x4(f32x4_le(self.0, o.0))
    }
    #[inline(always)]
    pub fn equal(self, o: Self) -> I32x4 {
        I32x4(f32x4_eq(self.0, o.0))
    }
    #[inline(always)]
    pub fn bits(self) -> I32x4 {
        I32x4(self.0)
    }
    /// Truncated to integers; NaN becomes 0, what is out of range saturates.
    #[inline(always)]
    pub fn to_i32(self) -> I32x4 {
        I32x4(i32x4_trunc_sat_f32x4(self.0))
    }
}

#[allow(clippy::should_implement_trait)]
impl I32x4 {
    #[inline(always)]
    pub fn splat(x: i32) -> Self {
        I32x4(i32x4_splat(x))
    }
    #[inline(always)]
    pub fn from_array(x: [i32; 4]) -> Self {
        I32x4(i32x4(x[0], x[1], x[2], x[3]))
    }
    #[inline(always)]
    pub fn add(self, o: Self) -> Self {
        I32x4(i32x4_add(self.0, o.0))
    }
    #[inline(always)]
    pub fn sub(self, o: Self) -> Self {
        I32x4(i32x4_sub(self.0, o.0))
    }
    #[inline(always)]
    pub fn and(self, o: Self) -> Self {
        I32x4(v128_and(self.0, o.0))
    }
    #[inline(always)]
    pub fn or(self, o: Self) -> Self {
        I32x4(v128_or(self.0, o.0))
    }
    #[inline(always)]
    pub fn xor(self, o: Self) -> Self {
        I32x4(v128_xor(self.0, o.0))
    }
    #[inline(always)]
    pub fn not(self) -> Self {
        I32x4(v128_not(self.0))
    }
    /// Products of lanes without signs: their low words, and their high ones.
    #[inline(always)]
    pub fn wide_mul(self, o: Self) -> [Self; 2] {
        let (a, b) = (u64x2_extmul_low_u32x4(self.0, o.0), u64x2_extmul_high_u32x4(self.0, o.0));
        [I32x4(i32x4_shuffle::<0, 2, 4, 6>(a, b)), I32x4(i32x4_shuffle::<1, 3, 5, 7>(a, b))]
    }
    #[inline(always)]
    pub fn shift_left(self, n: u32) -> Self {
        I32x4(i32x4_shl(self.0, n))
    }
    /// Arithmetic shift.
    #[inline(always)]
    pub fn shift_right(self, n: u32) -> Self {
        I32x4(i32x4_shr(self.0, n))
    }
    /// Lanes of `a` where all bits of this mask are set, of `b` where none is; other masks aren't for this.
    #[inline(always)]
    pub fn select(self, a: F32x4, b: F32x4) -> F32x4 {
        // One instruction, where by bits it takes three.
        #[cfg(target_feature = "relaxed-simd")]
        return F32x4(i32x4_relaxed_laneselect(a.0, b.0, self.0));
        #[cfg(not(target_feature = "relaxed-simd"))]
        return F32x4(v128_bitselect(a.0, b.0, self.0));
    }
    /// The bits, read as floats.
    #[inline(always)]
    pub fn as_f32(self) -> F32x4 {
        F32x4(self.0)
    }
    /// The numbers, as floats.
    #[inline(always)]
    pub fn to_f32(self) -> F32x4 {
        F32x4(f32x4_convert_i32x4(self.0))
    }
    #[inline(always)]
    pub fn any(self) -> bool {
        v128_any_true(self.0)
    }
}
