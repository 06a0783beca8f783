// What we use of wasm-bindgen's output, by name: its default export would drag a file address along.
export { Engine, build_info, initSync, initThreadPool, memory_full, poison, wbg_rayon_start_worker } from '../../../crates/wasm/pkg-simd128/myelin.js';
