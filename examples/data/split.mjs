// Shuffling and splitting by a seed: the same rows on every machine.

/** Numbers from 0 to 1 by a seed (mulberry32): the same on every machine. */
export function random(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A list in another order, by a seed. */
export function shuffled(list, seed) {
  const out = [...list];
  const next = random(seed);
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** Shuffles rows by a seed and cuts off the last ones as a test set. */
export function split({ x, y, rows, width }, testRows, seed) {
  const order = shuffled(
    Array.from({ length: rows }, (_, i) => i),
    seed,
  );
  const take = (some) => {
    const part = { x: new Float32Array(some.length * width), y: new y.constructor(some.length) };
    some.forEach((from, to) => {
      part.x.set(x.subarray(from * width, (from + 1) * width), to * width);
      part.y[to] = y[from];
    });
    return part;
  };
  return { train: take(order.slice(0, rows - testRows)), test: take(order.slice(rows - testRows)) };
}
