// What other libraries got wrong, silently or loudly, and must be right here.
import { functional, input, layers, loadModel, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

beforeEach(() => setRandomSeed(7));

type AnyLayer = ReturnType<typeof layers.dense>;
const numbers = (n: number, f: (i: number) => number) => Float32Array.from({ length: n }, (_, i) => f(i));
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** What a layer answers, and the gradient of its sum with respect to the input. */
async function passes(layer: unknown, row: readonly number[], data: Float32Array) {
  const x = input({ shape: row });
  const net = functional({ inputs: x, outputs: (layer as AnyLayer).apply(x) });
  const given = { data, shape: [data.length / size(row), ...row] };
  const { data: answer, shape } = await net.predict(given);
  const { inputs } = await net.gradients(given, { upstream: { data: numbers(size(shape), () => 1), shape } });
  return { answer, gradient: inputs[0]?.data as Float32Array };
}

describe('maximum pooling of negative numbers', () => {
  test.each([
    [[2, 1], [4, 3, 1], 2],
    [[2, 1], [4, 3, 1], 4],
    [[2, 2], [4, 4, 3], 16],
  ] as const)('windows of %o over %o, %i rows: the gradient goes to the largest', async (poolSize, row, batch) => {
    const data = numbers(batch * size(row), (i) => -1 - ((i * 7919) % 97) / 97);
    const { gradient } = await passes(layers.maxPooling2d({ poolSize }), row, data);
    const [h, w, c] = row;
    const expected = new Float32Array(data.length);
    for (let b = 0; b < batch; b++)
      for (let y = 0; y + poolSize[0] <= h; y += poolSize[0])
        for (let x = 0; x + poolSize[1] <= w; x += poolSize[1])
          for (let k = 0; k < c; k++) {
            const cells = Array.from({ length: poolSize[0] * poolSize[1] }, (_, i) => ((b * h + y + Math.floor(i / poolSize[1])) * w + x + (i % poolSize[1])) * c + k);
            expected[cells.reduce((best, at) => ((data[at] as number) > (data[best] as number) ? at : best))] = 1;
          }
    expect([...gradient]).toEqual([...expected]);
  });
  test('volumes of −3 stay −3, and one cell of each window gets the gradient', async () => {
    const { answer, gradient } = await passes(
      layers.maxPooling3d(),
      [4, 4, 4, 1],
      numbers(64, () => -3),
    );
    expect([...answer]).toEqual(new Array(8).fill(-3));
    expect(gradient.reduce((a, b) => a + b)).toBe(8);
  });
});

test.each([
  [5, 3, 2],
  [4, 3, 1],
  [6, 4, 3],
  [7, 2, 2],
] as const)('averages over padded borders: of %i cells, windows of %i, strides of %i, the divisor is that of the cells there, both ways', async (n, poolSize, strides) => {
  const data = numbers(n, (i) => i * i - 3);
  const { answer, gradient } = await passes(layers.averagePooling1d({ poolSize, strides, padding: 'same' }), [n, 1], data);
  const count = Math.ceil(n / strides);
  const before = Math.floor(Math.max(0, (count - 1) * strides + poolSize - n) / 2);
  const expected = new Float32Array(n);
  for (let o = 0; o < count; o++) {
    const cells = Array.from({ length: poolSize }, (_, i) => o * strides - before + i).filter((at) => at >= 0 && at < n);
    expect(answer[o]).toBeCloseTo(cells.reduce((sum, at) => sum + (data[at] as number), 0) / cells.length, 4);
    for (const at of cells) expected[at] = (expected[at] as number) + 1 / cells.length;
  }
  gradient.forEach((v, i) => expect(v).toBeCloseTo(expected[i] as number, 5));
});

test('repeated pictures: each row of a batch gets its own gradient', async () => {
  const x = input({ shape: [2, 2, 1] });
  const net = functional({ inputs: x, outputs: layers.upSampling2d().apply(x) });
  const upstream = { data: numbers(3 * 16, (i) => Math.floor(i / 16) + 1), shape: [3, 4, 4, 1] };
  const { inputs } = await net.gradients({ data: numbers(12, (i) => i), shape: [3, 2, 2, 1] }, { upstream });
  expect([...(inputs[0]?.data ?? [])]).toEqual([4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12]);
});

test('a GRU that resets after the product has a bias of two rows, trains, and comes back from a file', async () => {
  const net = sequential([layers.gru({ units: 5, inputShape: [4, 3] }), layers.dense({ units: 1 })]).compile({ optimizer: 'adam', loss: 'mse' });
  expect((await net.getWeights()).map(({ shape }) => shape)[2]).toEqual([2, 15]);
  const x = numbers(8 * 12, Math.sin);
  const { history } = await net.fit(x, numbers(8, Math.cos), { epochs: 20 });
  expect(history.loss.at(-1)).toBeLessThan(history.loss[0] as number);
  const again = await loadModel(await net.toBytes());
  expect([...(await again.predict(x)).data]).toEqual([...(await net.predict(x)).data]);
});

const TRAINED: Readonly<Record<string, readonly [row: readonly number[], layer: () => unknown]>> = {
  conv1d: [[8, 3], () => layers.conv1d({ filters: 4, kernelSize: 3, padding: 'causal' })],
  conv2d: [[6, 6, 2], () => layers.conv2d({ filters: 4, kernelSize: 3 })],
  conv2dTranspose: [[4, 4, 2], () => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2 })],
  conv3dTranspose: [[2, 3, 2, 2], () => layers.conv3dTranspose({ filters: 2, kernelSize: 2 })],
  separableConv1d: [[8, 3], () => layers.separableConv1d({ filters: 4, kernelSize: 3 })],
  separableConv2d: [[6, 6, 2], () => layers.separableConv2d({ filters: 4, kernelSize: 3 })],
  depthwiseConv2d: [[6, 6, 2], () => layers.depthwiseConv2d({ kernelSize: 3 })],
  convLstm2d: [[3, 4, 4, 2], () => layers.convLstm2d({ filters: 2, kernelSize: 2 })],
  'batchNormalization of five axes': [[2, 2, 2, 3], () => layers.batchNormalization()],
  'elu with another alpha': [[6], () => layers.elu({ alpha: 0.5 })],
  'an activity regularizer': [[6], () => layers.dense({ units: 3, activityRegularizer: 'l2' })],
  'a kernel of three axes that starts orthogonal': [[8, 3], () => layers.conv1d({ filters: 4, kernelSize: 3, kernelInitializer: 'orthogonal' })],
};

describe('layers that could not be trained', () => {
  test.each(Object.entries(TRAINED))('%s', async (_, [row, make]) => {
    const x = input({ shape: row });
    const outputs = layers.dense({ units: 1 }).apply(layers.flatten().apply((make() as AnyLayer).apply(x)));
    const net = functional({ inputs: x, outputs }).compile({ optimizer: 'adam', loss: 'mse' });
    const data = numbers(16 * size(row), (i) => Math.sin(i * i));
    const { history } = await net.fit({ data, shape: [16, ...row] }, numbers(16, Math.cos), { epochs: 150, seed: 1 });
    expect(history.loss.at(-1)).toBeLessThan(0.95 * (history.loss[0] as number));
  });
  test('embeddings: rows that come several times in a batch add up', async () => {
    const x = input({ shape: [4], dtype: 'int32' });
    const net = functional({ inputs: x, outputs: layers.embedding({ inputDim: 3, outputDim: 2 }).apply(x) });
    const { weights } = await net.gradients(
      [
        [0, 2, 2, 2],
        [2, 0, 2, 2],
      ],
      { upstream: { data: numbers(16, () => 1), shape: [2, 4, 2] } },
    );
    expect([...(weights[0]?.data ?? [])]).toEqual([2, 2, 0, 0, 6, 6]);
  });
});

test('an index outside of the vocabulary is refused, with its place', async () => {
  const net = sequential([layers.embedding({ inputDim: 5, outputDim: 2, name: 'words', inputShape: [3], dtype: 'int32' }), layers.flatten(), layers.dense({ units: 1 })]).compile({ loss: 'mse' });
  const wrong = [
    [0, 1, 2],
    [3, 5, 4],
  ];
  const message = "x: the index 5 at row 1, place 1 is outside of the 5 rows of 'words' (0 … 4)";
  await expect(net.fit(wrong, [1, 2])).rejects.toThrow(message);
  await expect(net.predict(wrong)).rejects.toMatchObject({ layer: 'words', received: 5 });
  await expect(net.predict([[0, -1, 2]])).rejects.toThrow(/the index -1 at row 0, place 1/);
  expect((await net.predict([[4, 0, 0]])).shape).toEqual([1, 1]);
});
