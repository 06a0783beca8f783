// Stopping, and other calls while a fit runs.
import { type Callback, layers, optimizers, sequential, setRandomSeed } from 'myelin';
import { expect, test } from 'vitest';

const ROWS = 4096;
const x = { data: Float32Array.from({ length: ROWS * 64 }, (_, i) => Math.sin(i * 0.37)), shape: [ROWS, 64] };
const y = Int32Array.from({ length: ROWS }, (_, i) => i % 10);
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function build(units = 256, learningRate = 0.001) {
  setRandomSeed(11);
  const net = sequential([layers.dense({ units, activation: 'relu', inputShape: [64] }), layers.dense({ units, activation: 'relu' }), layers.dense({ units: 10, activation: 'softmax' })]);
  return net.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}
type Net = ReturnType<typeof build>;
const weightsOf = async (net: Pick<Net, 'getWeights'>) => (await net.getWeights()).map(({ data }) => data);

test('a signal stops a fit within 50 ms, with its reason', async () => {
  const net = build();
  await net.fit(x, y, { epochs: 1, batchSize: 64 });
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const controller = new AbortController();
    const fit = net.fit(x, y, { epochs: 10_000, batchSize: 64, signal: controller.signal });
    await wait(60 + 7 * i);
    const reason = new Error(`number ${i}`);
    const started = performance.now();
    controller.abort(reason);
    await expect(fit).rejects.toBe(reason);
    times.push(performance.now() - started);
  }
  console.log(`abort: ${times.map((t) => t.toFixed(1)).join(', ')} ms`);
  expect([...times].sort((a, b) => a - b)[3]).toBeLessThan(50);
});

test('a signal that is aborted already rejects before anything happens', async () => {
  const net = build();
  const before = await weightsOf(net);
  await expect(net.fit(x, y, { signal: AbortSignal.abort('never') })).rejects.toBe('never');
  await expect(net.predict(x, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  await expect(net.evaluate(x, y, { signal: AbortSignal.abort('nor this') })).rejects.toBe('nor this');
  expect(await weightsOf(net)).toEqual(before);
});

test('after an abort the weights are those of a finished step', async () => {
  const net = build(16, 0.01);
  const controller = new AbortController();
  const options = { batchSize: 32, shuffle: false, seed: 1 } as const;
  const fit = net.fit(x, y, { ...options, epochs: 100_000, signal: controller.signal });
  await wait(80);
  controller.abort();
  await expect(fit).rejects.toThrow();
  const stopped = await weightsOf(net);
  // The same steps, one by one, must pass through the same weights.
  const again = build(16, 0.01);
  let found = -1;
  const controls = new AbortController();
  const look: Callback = {
    async onBatchEnd(batch) {
      const [first] = await again.getWeights();
      if (first?.data.every((v, i) => v === stopped[0]?.[i])) {
        found = batch;
        expect(await weightsOf(again)).toEqual(stopped);
        controls.abort('found');
      }
    },
  };
  await expect(again.fit(x, y, { ...options, epochs: 100_000, callbacks: [look], signal: controls.signal })).rejects.toBe('found');
  expect(found).toBeGreaterThanOrEqual(0);
});

test('an abort in a batch hook ends with that batch', async () => {
  const net = build(16);
  const controller = new AbortController();
  const seen: number[] = [];
  const stop: Callback = {
    onBatchEnd(batch) {
      seen.push(batch);
      if (batch === 4) controller.abort('there');
    },
  };
  await expect(net.fit(x, y, { batchSize: 32, callbacks: [stop], signal: controller.signal })).rejects.toBe('there');
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  // It goes on from there as if it had been asked for five batches.
  const five = build(16);
  await five.fit({ data: x.data.subarray(0, 5 * 32 * 64), shape: [5 * 32, 64] }, y.subarray(0, 5 * 32), { batchSize: 32, shuffle: false });
  const same = build(16);
  const other = new AbortController();
  await expect(same.fit(x, y, { batchSize: 32, shuffle: false, signal: other.signal, callbacks: [{ onBatchEnd: (batch) => batch === 4 && other.abort() }] })).rejects.toThrow();
  expect(await weightsOf(same)).toEqual(await weightsOf(five));
});

test('stopTraining ends after the epoch, in a batch hook after the batch', async () => {
  const net = build(16);
  const byEpoch = await net.fit(x, y, {
    epochs: 9,
    callbacks: [
      {
        onEpochEnd(epoch) {
          net.stopTraining = epoch === 2;
        },
      },
    ],
  });
  expect(byEpoch.epoch).toEqual([0, 1, 2]);
  const seen: number[] = [];
  await net.fit(x, y, {
    epochs: 9,
    batchSize: 64,
    callbacks: [
      {
        onBatchEnd(batch) {
          seen.push(batch);
          net.stopTraining = batch === 3;
        },
      },
    ],
  });
  expect(seen).toEqual([0, 1, 2, 3]);
});

test('a second fit on the same model rejects, on another model both end', async () => {
  const [net, other] = [build(64), build(32)];
  const first = net.fit(x, y, { epochs: 3 });
  await expect(net.fit(x, y)).rejects.toMatchObject({ name: 'ConfigError', message: expect.stringContaining('in a fit already') });
  const [a, b] = await Promise.all([first, other.fit(x, y, { epochs: 3 })]);
  expect([a.history.loss?.length, b.history.loss?.length]).toEqual([3, 3]);
  await net.fit(x, y);
});

test('two models that take turns learn the same as one after the other', async () => {
  const [left, right] = [build(48), build(24)];
  await Promise.all([left.fit(x, y, { epochs: 2, seed: 5 }), right.fit(x, y, { epochs: 2, seed: 6 })]);
  const [alone, after] = [build(48), build(24)];
  await alone.fit(x, y, { epochs: 2, seed: 5 });
  await after.fit(x, y, { epochs: 2, seed: 6 });
  expect(await weightsOf(left)).toEqual(await weightsOf(alone));
  expect(await weightsOf(right)).toEqual(await weightsOf(after));
});

test('predict, evaluate, getWeights during a fit are answered before it ends', async () => {
  const net = build(256, 0.01);
  const controller = new AbortController();
  let ended = false;
  const fit = net.fit(x, y, { epochs: 10_000, batchSize: 64, signal: controller.signal }).catch(() => {
    ended = true;
  });
  await wait(40);
  const one = { data: x.data.subarray(0, 64), shape: [1, 64] };
  const first = await net.predict(one);
  await wait(120);
  const second = await net.predict(one);
  expect(ended).toBe(false);
  expect([...first.data]).not.toEqual([...second.data]);
  expect([...first.data].reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  expect((await net.evaluate(x, y)).loss).toBeGreaterThan(0);
  expect((await net.getWeights())[0]?.shape).toEqual([64, 256]);
  expect(ended).toBe(false);
  controller.abort();
  await fit;
  expect(ended).toBe(true);
});

test('a fit with calls in between has the same bits as one without', async () => {
  const [busy, calm] = [build(64), build(64)];
  let over = false;
  const fit = busy.fit(x, y, { epochs: 4, seed: 3 }).then(() => {
    over = true;
  });
  while (!over) {
    await busy.predict({ data: x.data.subarray(0, 64 * 5), shape: [5, 64] });
    await busy.evaluate(x, y, { batchSize: 1000 });
    await wait(1);
  }
  await fit;
  await calm.fit(x, y, { epochs: 4, seed: 3 });
  expect(await weightsOf(busy)).toEqual(await weightsOf(calm));
});

test('batch hooks may set the learning rate: from the next step on', async () => {
  const net = build(16, 0.1);
  const changes: boolean[] = [];
  let before = await weightsOf(net);
  const freeze: Callback = {
    async onBatchEnd(batch) {
      const now = await weightsOf(net);
      changes.push(now.some((w, i) => w.some((v, j) => v !== before[i]?.[j])));
      before = now;
      await net.setLearningRate(batch % 2 === 0 ? 0 : 0.1);
    },
  };
  await net.fit(x, y, { batchSize: 512, callbacks: [freeze] });
  expect(changes).toEqual([true, false, true, false, true, false, true, false]);
  expect(await net.getLearningRate()).toBeCloseTo(0.1);
});

test('the learning rate can be set from outside while a fit runs', async () => {
  const net = build(64, 0.01);
  const controller = new AbortController();
  const fit = net.fit(x, y, { epochs: 10_000, signal: controller.signal }).catch(() => {});
  await wait(30);
  await net.setLearningRate(0);
  const frozen = await weightsOf(net);
  await wait(60);
  expect(await weightsOf(net)).toEqual(frozen);
  controller.abort();
  await fit;
});
