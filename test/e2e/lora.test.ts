import { layers, loadModel, regularizers, sequential, setRandomSeed } from 'myelin';
import { beforeEach, expect, test } from 'vitest';

const [ROWS, WIDTH] = [8, 6];
const x = { data: Float32Array.from({ length: ROWS * WIDTH }, (_, i) => Math.sin(12.9898 * (i + 1))), shape: [ROWS, WIDTH] };
const y = { data: Float32Array.from({ length: ROWS * 3 }, (_, i) => Math.cos(7.1 * i)), shape: [ROWS, 3] };
const kernelRegularizer = regularizers.l2({ l2: 0.01 });

/** Reshaped to pictures, convolved, dense. */
const build = (options: { loraRank?: number; loraAlpha?: number }) =>
  sequential([
    layers.reshape({ targetShape: [3, 2], inputShape: [WIDTH] }),
    layers.conv1d({ filters: 4, kernelSize: 2, groups: 2, name: 'conv', ...options }),
    layers.flatten(),
    layers.dense({ units: 3, name: 'dense', kernelRegularizer, ...options }),
  ]).compile({ optimizer: 'adam', loss: 'mse' });

beforeEach(() => setRandomSeed(6));

test('begins as the model it corrects, and trains the correction and biases alone', async () => {
  const base = build({});
  await base.fit(x, y, { epochs: 5, seed: 1 });
  const tuned = build({ loraRank: 2, loraAlpha: 4 });
  const path = `/tmp/myelin-lora-${process.pid}.safetensors`;
  await base.saveWeights(path);
  await tuned.loadWeights(path, { skipMismatch: true });
  expect((await tuned.predict(x)).data).toEqual((await base.predict(x)).data);
  const paths = tuned.core.graph.weights.map((w) => w.path);
  expect(paths).toEqual(['conv', 'dense'].flatMap((layer) => ['kernel', 'bias', 'lora_kernel_a', 'lora_kernel_b'].map((name) => `${layer}/${name}`)));
  expect(tuned.countParams('trainable')).toBe(4 + 2 * 1 * 2 + 2 * 4 + 3 + 8 * 2 + 2 * 3);
  const before = await tuned.getWeights();
  const { history } = await tuned.fit(x, y, { epochs: 30, seed: 1 });
  expect(history.loss.at(-1)).toBeLessThan(history.loss[0] as number);
  const after = await tuned.getWeights();
  for (const [i, path] of paths.entries()) (path.endsWith('/kernel') ? expect(after[i]) : expect(after[i]).not).toEqual(before[i]);
  const loaded = await loadModel(await tuned.toBytes());
  expect((await loaded.predict(x)).data).toEqual((await tuned.predict(x)).data);
});

test('penalises what is trained, not the frozen kernel', async () => {
  const tuned = build({ loraRank: 2 });
  const found = await tuned.predict(x);
  const weights = await tuned.getWeights();
  const squares = (i: number) => Array.from(weights[i]?.data ?? []).reduce((sum, v) => sum + v * v, 0);
  expect((await tuned.evaluate(x, found)).loss).toBeCloseTo(0.01 * (squares(6) + squares(7)), 6);
});

test('corrects rows of a table', async () => {
  const model = sequential([layers.embedding({ inputDim: 4, outputDim: 3, loraRank: 1, loraAlpha: 2, inputShape: [2], dtype: 'int32' })]);
  const table = [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
    [9, 10, 11],
  ];
  await model.setWeights([table, [[1], [2], [3], [4]], [[0.5, -1, 0]]]);
  expect([...(await model.predict({ data: Int32Array.from([2, 0]), shape: [1, 2] })).data]).toEqual([6 + 3, 7 - 6, 8, 0 + 1, 1 - 2, 2]);
});

test('refuses ranks that are none', () => {
  expect(() => layers.dense({ units: 2, loraRank: 0 })).toThrow(/loraRank must be a whole number above 0, or null, received 0/);
  expect(() => layers.conv2d({ filters: 2, kernelSize: 1, loraAlpha: 2 })).toThrow(/loraAlpha must be a number, beside a loraRank, received 2/);
  expect(() => layers.embedding({ inputDim: 2, outputDim: 2, loraRank: 1.5 })).toThrow(/received 1.5/);
});
