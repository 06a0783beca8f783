import { functional, input, layers, loadModel, sequential, setRandomSeed } from 'myelin';
import { expect, test } from 'vitest';

const numbers = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(7.3 * (i + 1)));

test('two inputs, two outputs: records in, records out, a loss and metrics for each', async () => {
  setRandomSeed(3);
  const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [2], name: 'b' })];
  const joined = layers.concatenate().apply(layers.dense({ units: 8, activation: 'tanh' }).apply(a), b);
  const model = functional({
    inputs: { a, b },
    outputs: { left: layers.dense({ units: 1 }).apply(joined), right: layers.dense({ units: 3, activation: 'softmax' }).apply(joined) },
  });
  const net = model.compile({
    optimizer: 'adam',
    loss: { left: 'meanSquaredError', right: 'sparseCategoricalCrossentropy' },
    lossWeights: { left: 2 },
    metrics: { right: ['accuracy'] },
  });
  const x = { a: { data: numbers(60), shape: [20, 3] }, b: { data: numbers(40), shape: [20, 2] } };
  const y = { left: numbers(20), right: Int32Array.from({ length: 20 }, (_, i) => i % 3) };
  const { history } = await net.fit(x, y, { epochs: 30, batchSize: 8 });
  const { loss, leftLoss, rightLoss } = history as Record<string, number[]>;
  expect(Object.keys(history)).toEqual(['loss', 'leftLoss', 'rightLoss', 'rightAccuracy']);
  loss?.forEach((v, i) => expect(v).toBeCloseTo(2 * (leftLoss?.[i] as number) + (rightLoss?.[i] as number), 4));
  expect(loss?.at(-1)).toBeLessThan(loss?.[0] as number);
  const { left, right } = await net.predict(x);
  expect([left.shape, right.shape]).toEqual([
    [20, 1],
    [20, 3],
  ]);
});

test('an encoder sees what its autoencoder has learned, and keeps it when the autoencoder goes', async () => {
  setRandomSeed(4);
  const x = input({ shape: [6] });
  const code = layers.dense({ units: 2, name: 'code' }).apply(x);
  const autoencoder = functional({ inputs: x, outputs: layers.dense({ units: 6 }).apply(code) }).compile({ optimizer: 'adam', loss: 'mse' });
  const encoder = functional({ inputs: x, outputs: code });
  const rows = { data: numbers(60), shape: [10, 6] };
  const before = await encoder.predict(rows);
  await autoencoder.fit(rows, rows, { epochs: 20 });
  const [kernel] = await autoencoder.getWeights();
  expect((await encoder.getWeights())[0]).toEqual(kernel);
  const after = await encoder.predict(rows);
  expect(after.data).not.toEqual(before.data);
  await autoencoder.fit(rows, rows, { epochs: 5 });
  const latest = await autoencoder.getWeights();
  await autoencoder.dispose();
  expect((await encoder.getWeights())[0]).toEqual(latest[0]);
});

test('a model inside a model shares its weights; frozen, it stays as it is', async () => {
  const inner = sequential([layers.dense({ units: 3, activation: 'relu', inputShape: [4] })], { name: 'inner' });
  const x = input({ shape: [4] });
  const outer = functional({ inputs: x, outputs: layers.dense({ units: 1 }).apply(inner.apply(x)) }).compile({ optimizer: 'sgd', loss: 'mse' });
  expect(outer.summary({ print: false })).toContain('inner (Functional)');
  const rows = { data: numbers(32), shape: [8, 4] };
  inner.getLayer({ index: 0 }).trainable = false;
  const frozen = await inner.getWeights();
  await outer.fit(rows, numbers(8), { epochs: 3 });
  expect(await inner.getWeights()).toEqual(frozen);
  inner.getLayer({ index: 0 }).trainable = true;
  await outer.fit(rows, numbers(8), { epochs: 3 });
  expect(await inner.getWeights()).not.toEqual(frozen);
  const again = await loadModel(await outer.toBytes());
  expect((await again.predict(rows)) as unknown).toEqual(await outer.predict(rows));
});

test('a graph with branches and a shared layer is saved and loaded', async () => {
  const x = input({ shape: [4] });
  const shared = layers.dense({ units: 4, activation: 'tanh' });
  const branch = layers.add().apply(shared.apply(x), layers.dropout({ rate: 0.3 }).apply(shared.apply(shared.apply(x))));
  const model = functional({ inputs: x, outputs: branch });
  const rows = { data: numbers(12), shape: [3, 4] };
  const again = await loadModel(await model.toBytes());
  expect(again.countParams()).toBe(20);
  expect((await again.predict(rows)) as unknown).toEqual(await model.predict(rows));
});
