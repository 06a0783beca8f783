//! Lane types: the only room with SIMD intrinsics.
