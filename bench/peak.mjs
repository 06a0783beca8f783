// The most arithmetic that one core does through WebAssembly here: independent chains x = x·c + d in a generated loop, as fused
// multiply-add (relaxed SIMD) and as multiplication then addition. Every figure of the benchmark is set against it, measured
// in the same process, so that a slower clock or a busy neighbour slows both. `node bench/peak.mjs` prints it.
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { median } from './measure.mjs';

/** Enough chains to hide the latency of 4 cycles on 2 ports, few enough for 16 registers. */
const CHAINS = 12;
const UNROLL = 8;
const OPS = { fma: [0xfd, 0x85, 0x02], mul: [0xfd, 0xe6, 0x01], add: [0xfd, 0xe4, 0x01], splat: [0xfd, 0x13], lane0: [0xfd, 0x1f, 0] };

const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
const sized = (bytes) => [...leb(bytes.length), ...bytes];
const get = (local) => [0x20, ...leb(local)];
const set = (local) => [0x21, ...leb(local)];
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i)).flat();

/** `(rounds: i32, c: f32, d: f32) → f32`; the result keeps the loop from being dropped. */
function moduleBytes(fused) {
  const [c, d, first] = [3, 4, 5];
  const step = (chain) => [...get(chain), ...get(c), ...(fused ? [...get(d), ...OPS.fma] : [...OPS.mul, ...get(d), ...OPS.add]), ...set(chain)];
  const body = [
    ...leb(1),
    ...leb(CHAINS + 2),
    0x7b, // locals: v128
    ...get(1),
    ...OPS.splat,
    ...set(c),
    ...get(2),
    ...OPS.splat,
    ...set(d),
    ...times(CHAINS, (i) => [...get(d), ...set(first + i)]),
    0x03,
    0x40, // loop
    ...times(UNROLL, () => times(CHAINS, (i) => step(first + i))),
    ...get(0),
    0x41,
    1,
    0x6b,
    0x22,
    0,
    0x0d,
    0,
    0x0b, // while (--rounds)
    ...get(first),
    ...times(CHAINS - 1, (i) => [...get(first + 1 + i), ...OPS.add]),
    ...OPS.lane0,
    0x0b,
  ];
  const section = (id, bytes) => [id, ...sized(bytes)];
  return new Uint8Array([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, 3, 0x7f, 0x7d, 0x7d, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x70, 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ]);
}

/** A function that measures GFLOP/s of one core; undefined where the engine doesn't know the instruction. */
function meter(fused) {
  const bytes = moduleBytes(fused);
  if (!WebAssembly.validate(bytes)) return undefined;
  const { p } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const rounds = 100_000; // 2–4 ms
  for (let i = 0; i < 8; i++) p(rounds / 10, 0.999, 0.001); // until the optimised code is in
  const once = () => {
    const started = performance.now();
    p(rounds, 0.999, 0.001);
    return (rounds * UNROLL * CHAINS * 8) / (performance.now() - started) / 1e6;
  };
  return (samples) => median(Array.from({ length: samples }, once));
}

/** Meters of both peaks; `fma` falls back to `mulAdd` where there is no relaxed SIMD. */
export function peakMeters() {
  // Node 20 has relaxed SIMD behind a flag, which works for modules compiled from now on.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const mulAdd = meter(false);
  return { fma: meter(true) ?? mulAdd, mulAdd };
}

/** Measures the bytes that one thread reads and writes in a millisecond, copying arrays of so many words, each from the one before. */
export function copyMeter(words) {
  const arrays = Array.from({ length: Math.max(2, Math.ceil(1e7 / words)) }, () => new Float32Array(words).fill(1));
  const once = () => {
    const started = performance.now();
    for (let i = 1; i < arrays.length; i++) arrays[i].set(arrays[i - 1]);
    return ((arrays.length - 1) * 8 * words) / (performance.now() - started);
  };
  once();
  return once;
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const { fma, mulAdd } = peakMeters();
  console.log(`${process.version}: fused ${fma(30).toFixed(1)} GFLOP/s, multiply then add ${mulAdd(30).toFixed(1)} GFLOP/s (one core)`);
}
