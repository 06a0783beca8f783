// A fit that every run must end with the same bits. As a program it prints their hash: node stress_work.mjs <dist> <init options as JSON>
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const ROWS = 512;
const x = { data: Float32Array.from({ length: ROWS * 128 }, (_, i) => ((i * 7919) % 1000) / 500 - 1), shape: [ROWS, 128] };
const y = Int32Array.from({ length: ROWS }, (_, i) => (i * 31) % 10);

/** Wide enough that its products are shared among threads, and short. */
export function work({ layers, sequential, setRandomSeed }) {
  setRandomSeed(5);
  const net = sequential([
    layers.dense({ units: 192, activation: 'relu', inputShape: [128] }),
    layers.dropout({ rate: 0.2 }),
    layers.layerNormalization(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  return { net, fit: (options = {}) => net.fit(x, y, { epochs: 2, batchSize: 64, seed: 3, ...options }), x };
}

export async function hashOf(net) {
  const hash = createHash('sha256');
  for (const { data } of await net.getWeights()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

if (process.argv[1] === import.meta.filename) {
  const myelin = await import(pathToFileURL(process.argv[2]).href);
  await myelin.init(JSON.parse(process.argv[3]));
  const { net, fit } = work(myelin);
  await fit();
  console.log(await hashOf(net));
}
