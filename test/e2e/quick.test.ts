// Work that takes no longer than a message is done on the caller's thread; the worker has the rest. The numbers are the same.
import { layers, runtime, sequential, setRandomSeed } from 'myelin';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';

const { Worker } = process.getBuiltinModule('node:worker_threads');
const posted = vi.spyOn(Worker.prototype, 'postMessage');
const messages = () => posted.mock.calls.map(([message]) => (message as { method?: string }).method).filter((method) => method !== undefined);

const rows = (count: number, width: number) => ({ data: Float32Array.from({ length: count * width }, (_, i) => Math.sin(i * 0.7)), shape: [count, width] });

function build(units = 8, width = 4) {
  setRandomSeed(5);
  const net = sequential([layers.dense({ units, activation: 'tanh', inputShape: [width] }), layers.dropout({ rate: 0.2 }), layers.dense({ units: 1 })]);
  return net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
}
const [x, y] = [rows(20, 4), rows(20, 1)];

/** Single steps, and what is short enough as a whole. */
async function steps(net: ReturnType<typeof build>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let i = 0; i < 3; i++) seen.push(await net.trainOnBatch(x, y), await net.testOnBatch(x, y));
  seen.push(await net.evaluate(x, y, { batchSize: 3 }), (await net.predict(x, { batchSize: 3 })).data);
  return seen;
}

beforeAll(async () => {
  await build().predict(x);
  await vi.waitUntil(() => runtime().state === 'running');
});
beforeEach(() => {
  posted.mockClear();
});

test('quick work sends no message once its plans are there', async () => {
  const net = build();
  await steps(net);
  posted.mockClear();
  await steps(net);
  expect(messages()).toEqual([]);
});

test('what takes long is left to the worker', async () => {
  const net = build(2048, 1024);
  await net.trainOnBatch(rows(64, 1024), rows(64, 1));
  expect(messages()).toContain('run_slice');
  posted.mockClear();
  const small = build();
  await small.fit(rows(20_000, 4), rows(20_000, 1), { batchSize: 4, verbose: 0 });
  expect(messages()).toContain('run_slice');
});

test('steps that take longer than what there is to do are left to the worker once that is seen', async () => {
  const long = sequential([layers.lstm({ units: 2, inputShape: [10_000, 1] }), layers.dense({ units: 1 })]).compile({ optimizer: 'sgd', loss: 'mse' });
  const sequence = { data: rows(10_000, 1).data, shape: [1, 10_000, 1] };
  await long.trainOnBatch(sequence, [1]);
  expect(messages()).not.toContain('run_slice');
  await long.trainOnBatch(sequence, [1]);
  expect(messages()).toContain('run_slice');
  for (let i = 0; i < 2; i++) await long.predict(sequence);
  expect(messages()).toContain('predict');
});

test('beside work under way it waits for its turn, with the same numbers', async () => {
  const [alone, beside, busy] = [build(), build(), build(1024, 1024)];
  const expected = await steps(alone);
  const stop = new AbortController();
  const long = busy.fit(rows(2048, 1024), rows(2048, 1), { epochs: 1000, verbose: 0, signal: stop.signal });
  await vi.waitUntil(() => messages().includes('run_slice'));
  posted.mockClear();
  const seen = await steps(beside);
  expect(messages()).toContain('run_create');
  expect(seen).toEqual(expected);
  stop.abort();
  await expect(long).rejects.toThrow('abort');
});

test('timers are heard between quick steps', async () => {
  const net = build();
  let heard = 0;
  const timer = setInterval(() => heard++, 1);
  const ends = performance.now() + 200;
  while (performance.now() < ends) await net.trainOnBatch(x, y);
  clearInterval(timer);
  expect(heard).toBeGreaterThan(10);
});
