//! Lane types: four f32 or four i32, or two of those side by side, on WebAssembly's 128-bit vectors or, natively, on arrays.
//! The only room with SIMD intrinsics; algorithms are written once, on these types.

#![cfg_attr(target_arch = "wasm32", feature(asm_experimental_arch))]

mod pair;
pub use pair::{F32x8, I32x8};

mod table;
pub use table::Table;

#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "wasm32")]
pub use wasm::{F32x4, I32x4};

#[cfg(not(target_arch = "wasm32"))]
mod portable;
#[cfg(not(target_arch = "wasm32"))]
pub use portable::{F32x4, I32x4};

/// Which arithmetic `F32x4::madd` compiles to.
pub const LEVEL: &str = if cfg!(all(target_arch = "wasm32", target_feature = "relaxed-simd")) {
    "relaxed"
} else if cfg!(target_arch = "wasm32") {
    "simd128"
} else {
    "portable"
};

/// The same address, of which the compiler knows nothing any more, at no cost: `std::hint::black_box` would take it through memory.
#[inline(always)]
pub fn hidden<T>(address: *const T) -> *const T {
    #[cfg(target_arch = "wasm32")]
    {
        let mut address = address;
        // SAFETY: no instruction at all.
        unsafe { std::arch::asm!("/* {0} */", inout(local) address, options(nomem, nostack, preserves_flags)) };
        address
    }
    #[cfg(not(target_arch = "wasm32"))]
    address
}

/// Lanes of a vector.
pub const LANES: usize = 4;

macro_rules! operators {
    ($type:ty, $($trait:ident $method:ident),*) => {
        $(impl std::ops::$trait for $type {
            type Output = $type;
            #[inline(always)]
            fn $method(self, other: $type) -> $type {
                self.$method(other)
            }
        })*
    };
}
pub(crate) use operators;

impl F32x4 {
    /// The first four values of a slice.
    #[inline(always)]
    pub fn from_slice(values: &[f32]) -> F32x4 {
        let values = &values[..LANES];
        // SAFETY: the slice has four values.
        unsafe { F32x4::load(values.as_ptr()) }
    }

    /// Writes the lanes to the first four places of a slice.
    #[inline(always)]
    pub fn to_slice(self, values: &mut [f32]) {
        let values = &mut values[..LANES];
        // SAFETY: the slice has four places.
        unsafe { self.store(values.as_mut_ptr()) }
    }

    /// Lanes added in a fixed order: (0 + 2) + (1 + 3).
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let lanes = self.to_array();
        (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_agree_with_scalars() {
        let (a, b) = ([1.5f32, -2.0, 0.0, 7.25], [0.5f32, 3.0, -0.0, -1.0]);
        let (x, y) = (F32x4::from_array(a), F32x4::from_array(b));
        for i in 0..4 {
            assert_eq!((x + y).to_array()[i], a[i] + b[i]);
            assert_eq!((x - y).to_array()[i], a[i] - b[i]);
            assert_eq!((x * y).to_array()[i], a[i] * b[i]);
            assert_eq!(x.abs().to_array()[i], a[i].abs());
            assert_eq!(x.pmax(y).to_array()[i], if a[i] < b[i] { b[i] } else { a[i] });
            assert_eq!(x.less(y).select(x, y).to_array()[i], if a[i] < b[i] { a[i] } else { b[i] });
        }
        let rows = F32x4::transpose([x, y, x + y, x - y]).map(F32x4::to_array);
        for i in 0..4 {
            assert_eq!(rows[i], [a[i], b[i], a[i] + b[i], a[i] - b[i]]);
        }
        assert_eq!(x.sum(), (1.5 + 0.0) + (-2.0 + 7.25));
    }

    #[test]
    fn pmax_keeps_the_first_operand_beside_a_nan() {
        let nan = F32x4::splat(f32::NAN);
        let one = F32x4::splat(1.0);
        assert!(nan.pmax(one).to_array()[0].is_nan());
        assert_eq!(one.pmax(nan).to_array()[0], 1.0);
    }
}
