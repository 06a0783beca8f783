// Memory stays where it is over many fits, predictions, models and aborted fits.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { layers, memory, sequential } from 'myelin';
import { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

interface Usage {
  readonly live: number;
  readonly heap: number;
  readonly buffers: number;
  readonly resident: number;
}
async function usage(): Promise<Usage> {
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { live: (await memory()).live, heap: heapUsed, buffers: arrayBuffers, resident: rss };
}
const MIB = 2 ** 20;

/** Runs a job some times to warm up, then many times, and compares. */
async function flat(name: string, job: (i: number) => Promise<void>, times: number, warm: number): Promise<void> {
  for (let i = 0; i < warm; i++) await job(i);
  const before = await usage();
  for (let i = 0; i < times; i++) await job(i);
  const after = await usage();
  const grown = (key: keyof Usage) => ((after[key] - before[key]) / MIB).toFixed(2);
  console.log(`${name}: engine ${grown('live')} MiB, heap ${grown('heap')}, buffers ${grown('buffers')}, resident ${grown('resident')}`);
  expect(after.live, 'bytes in the engine').toBe(before.live);
  expect(after.heap - before.heap, 'heap').toBeLessThan(3 * MIB);
  expect(after.buffers - before.buffers, 'buffers').toBeLessThan(2 * MIB);
  expect(after.resident - before.resident, 'resident').toBeLessThan(48 * MIB);
}

const build = (name?: string) =>
  sequential([layers.dense({ units: 32, activation: 'relu', inputShape: [20] }), layers.dropout({ rate: 0.2 }), layers.dense({ units: 3, activation: 'softmax' })], name ? { name } : {}).compile({
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
const x = { data: Float32Array.from({ length: 100 * 20 }, (_, i) => Math.sin(i)), shape: [100, 20] };
const y = Int32Array.from({ length: 100 }, (_, i) => i % 3);
const rows = (n: number) => ({ data: x.data.subarray(0, n * 20), shape: [n, 20] });

test('1000 fits with validation and short last batches', { timeout: 120_000 }, async () => {
  const net = build();
  await flat('1000 fits', async () => void (await net.fit(x, y, { epochs: 2, batchSize: 32, validationSplit: 0.2 })), 1000, 50);
});

test('predictions of every batch size from 1 to 64', async () => {
  const net = build();
  await flat('6400 predictions', async (i) => void (await net.predict(rows((i % 64) + 1))), 6400, 128);
});

test('fits of every batch size from 1 to 64', async () => {
  const net = build();
  await flat('640 fits of 64 sizes', async (i) => void (await net.fit(x, y, { batchSize: (i % 64) + 1 })), 640, 128);
});

test('evaluate, trainOnBatch and testOnBatch', async () => {
  const net = build();
  const job = async (i: number) => {
    const n = (i % 7) + 1;
    await net.trainOnBatch(rows(n), y.subarray(0, n));
    await net.testOnBatch(rows(n), y.subarray(0, n));
    await net.evaluate(x, y, { batchSize: 24 });
  };
  await flat('1500 steps and measurements', job, 500, 50);
});

test('models that are disposed', async () => {
  const job = async () => {
    const net = build();
    await net.fit(x, y, { epochs: 1 });
    await net.predict(rows(3));
    await net.dispose();
  };
  await flat('300 models', job, 300, 30);
});

test('models that nobody holds any more', async () => {
  const make = async () => {
    const net = build();
    await net.fit(x, y, { epochs: 1 });
  };
  await make();
  const { live } = await usage();
  for (let i = 0; i < 100; i++) await make();
  // The collector may take some turns.
  let now = (await usage()).live;
  for (let i = 0; i < 20 && now > live; i++) now = (await usage()).live;
  expect(now).toBeLessThanOrEqual(live);
});

test('fits that are aborted, and fits that fail', async () => {
  const net = build();
  const job = async () => {
    const controller = new AbortController();
    const fit = net.fit(x, y, { epochs: 100_000, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 1);
    await expect(fit).rejects.toThrow('enough');
    await expect(net.fit(x, new Int32Array(100).fill(9))).rejects.toThrow(/label 9/);
    await expect(net.fit({ data: new Float32Array(2000).fill(Number.NaN), shape: [100, 20] }, y)).rejects.toThrow(/NaN/);
  };
  await flat('100 aborted and 200 failed fits', job, 100, 20);
});

test('JavaScript has work per slice, not per step', async () => {
  const rows = 400_000;
  const many = { data: Float32Array.from({ length: rows * 2 }, (_, i) => i & 1), shape: [rows, 2] };
  const net = sequential([layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1, activation: 'sigmoid' })]);
  net.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
  await net.fit(many, new Float32Array(rows), { epochs: 1, batchSize: 4 });
  const calls = vi.spyOn(Worker.prototype, 'postMessage');
  const started = performance.now();
  await net.fit(many, new Float32Array(rows), { epochs: 1, batchSize: 4 });
  const slices = calls.mock.calls.length;
  console.log(`${rows / 4} steps in ${(performance.now() - started).toFixed(0)} ms: ${slices} messages`);
  calls.mockRestore();
  expect(slices).toBeGreaterThan(0);
  expect(slices).toBeLessThan(rows / 4 / 100);
});
