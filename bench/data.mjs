// The same inputs for every engine: from a small generator of our own, so that they are equal in every process.

/** Mulberry32: 32 bits of state, good enough for benchmark inputs. */
export function random(seed = 1) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Numbers in [-scale, scale). */
export function floats(length, scale = 1, seed = 1) {
  const next = random(seed);
  return Float32Array.from({ length }, () => (next() * 2 - 1) * scale);
}

/** A factor for the gradient of many functions of rows: those of softmax shrink by the width each, and may not become subnormal. */
export const gradientScale = (op) => (op === 'softmax' ? 1e20 : 1);

/** One-hot rows. */
export function oneHot(rows, classes, seed = 2) {
  const next = random(seed);
  const out = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) out[row * classes + Math.floor(next() * classes)] = 1;
  return out;
}

/** The four patterns of exclusive or, repeated. */
export function xor(rows) {
  const x = new Float32Array(rows * 2);
  const y = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [a, b] = [(row >> 1) & 1, row & 1];
    x.set([a, b], row * 2);
    y[row] = a ^ b;
  }
  return { x, y };
}

/** Weights and biases of a stack of dense layers, row-major [in, out]. */
export function denseWeights(sizes) {
  return sizes.slice(1).map((units, i) => ({
    inputs: sizes[i],
    units,
    kernel: floats(sizes[i] * units, sizes[i] ** -0.5, i + 10),
    bias: new Float32Array(units),
  }));
}
