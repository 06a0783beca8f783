// The engine's worker dies, or a thread of its pool: pending calls reject, the next call works.
import { type Callback, layers, memory, runtime, sequential, setRandomSeed } from 'myelin';
import { afterEach, expect, test } from 'vitest';

// Node's own Worker class, noting which workers were started: the engine, then the threads of its pool.
const threads = process.getBuiltinModule('node:worker_threads');
const started: InstanceType<typeof threads.Worker>[] = [];
threads.Worker = class extends threads.Worker {
  constructor(...args: ConstructorParameters<typeof threads.Worker>) {
    super(...args);
    started.push(this);
  }
};

const x = { data: Float32Array.from({ length: 512 * 32 }, (_, i) => Math.sin(i)), shape: [512, 32] };
const y = Int32Array.from({ length: 512 }, (_, i) => i % 4);
function build() {
  setRandomSeed(8);
  return sequential([layers.dense({ units: 64, activation: 'relu', inputShape: [32] }), layers.dense({ units: 4, activation: 'softmax' })]).compile({
    optimizer: 'sgd',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
}
type Net = ReturnType<typeof build>;
const weightsOf = async (net: Pick<Net, 'getWeights'>) => (await net.getWeights()).map(({ data }) => data);
const kill = () => started.at(-1)?.terminate();
const LOST = { name: 'EngineError', code: 'lost', message: expect.stringMatching(/the next call starts a new one/) };

afterEach(() => setRandomSeed(null));

test('a fit rejects; the next call has the weights of the last finished epoch', async () => {
  const net = build();
  let epochs = 0;
  const die: Callback = { onEpochEnd: () => void (++epochs === 4 && setTimeout(kill, 3)) };
  await expect(net.fit(x, y, { epochs: 1_000_000, batchSize: 8, callbacks: [die] })).rejects.toMatchObject(LOST);
  expect(runtime().state).toBe('lost');
  expect(epochs).toBeGreaterThanOrEqual(4);
  const kept = await weightsOf(net);
  expect(['starting', 'running']).toContain(runtime().state);
  expect(started.length).toBeGreaterThan(runtime().threads);
  // The engine may have ended one more epoch than it could tell.
  const again = build();
  const perEpoch: Float32Array[][] = [];
  await again.fit(x, y, { epochs: epochs + 1, batchSize: 8, callbacks: [{ onEpochEnd: async () => void perEpoch.push(await weightsOf(again)) }] });
  expect(perEpoch.slice(-2)).toContainEqual(kept);
  // And it learns on.
  const { history } = await net.fit(x, y, { epochs: 2 });
  expect(history.loss).toHaveLength(2);
  expect(await weightsOf(net)).not.toEqual(kept);
});

test('all pending calls reject', async () => {
  const net = build();
  const calls = [net.fit(x, y, { epochs: 1_000_000 }), net.evaluate(x, y), net.predict(x, { batchSize: 1 }), memory()];
  // Only the fit is sure to be pending by then; the others may have been answered.
  setTimeout(kill, 5);
  const results = await Promise.allSettled(calls);
  expect(results[0]).toMatchObject({ status: 'rejected', reason: LOST });
  for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject(LOST);
});

test('a model that never finished an epoch begins again from its first weights', async () => {
  const net = build();
  const first = await weightsOf(net);
  // An epoch that takes much longer than dying does.
  const rows = 200_000;
  const long = { data: Float32Array.from({ length: rows * 32 }, (_, i) => Math.sin(i)), shape: [rows, 32] };
  const fit = net.fit(long, new Int32Array(rows), { epochs: 2, batchSize: 1, callbacks: [{ onBatchEnd: (batch) => void (batch === 3 && kill()) }] });
  await expect(fit).rejects.toMatchObject(LOST);
  expect(await weightsOf(net)).toEqual(first);
});

test('a fit that waits for a worker that dies while it boots', async () => {
  kill();
  await expect.poll(() => runtime().state).toBe('lost');
  // Answered by an engine whose worker boots.
  await memory();
  expect(runtime().state).toBe('starting');
  const net = build();
  const fit = net.fit(x, y, { epochs: 1_000_000 });
  kill();
  await expect(fit).rejects.toMatchObject(LOST);
  expect((await net.fit(x, y, { epochs: 2 })).history.loss).toHaveLength(2);
  await expect.poll(() => runtime().state).toBe('running');
});

test('weights that were set, and models that were only predicting, survive', async () => {
  const [net, other] = [build(), build()];
  const set = (await net.getWeights()).map(({ data, shape }) => ({ data: data.map((v) => 2 * v), shape }));
  await net.setWeights(set);
  await other.fit(x, y, { epochs: 2 });
  const [before, learned] = [await net.predict(x), await other.predict(x)];
  await kill();
  expect(await net.predict(x)).toEqual(before);
  expect(await other.predict(x)).toEqual(learned);
  expect((await other.evaluate(x, y)).loss).toBeGreaterThan(0);
});
