import { input, functional, layers, ops, sequential, setRandomSeed } from 'myelin';
import { beforeAll, describe, expect, test } from 'vitest';

const rows = 3;
const numbers = (n: number, scale = 1) => Float32Array.from({ length: n }, (_, i) => scale * Math.sin(12.9898 * (i + 1)));

/** The largest of the errors of a gradient against central differences, relative to its largest number. */
async function error(f: (x: Float32Array) => Promise<number>, x: Float32Array, gradient: Float32Array, step: number): Promise<number> {
  const top = Math.max(...gradient.map(Math.abs), 1e-3);
  let worst = 0;
  for (let i = 0; i < x.length; i += Math.max(1, Math.floor(x.length / 12))) {
    const at = async (d: number) => f(Float32Array.from(x, (v, j) => (j === i ? v + d : v)));
    // Of fourth order: f32 allows no small steps.
    const difference = (8 * ((await at(step)) - (await at(-step))) - ((await at(2 * step)) - (await at(-2 * step)))) / (12 * step);
    worst = Math.max(worst, Math.abs(difference - (gradient[i] as number)) / top);
  }
  return worst;
}

const sequence = { shape: [6, 4] };
const CASES = {
  dense: { shape: [5], make: () => layers.dense({ units: 4, activation: 'tanh' }) },
  layerNormalization: { shape: [5, 4], make: () => layers.layerNormalization() },
  groupNormalization: { shape: [5, 4], make: () => layers.groupNormalization({ groups: 2 }) },
  rmsNormalization: { shape: [5, 4], make: () => layers.rmsNormalization() },
  unitNormalization: { shape: [5, 4], make: () => layers.unitNormalization() },
  batchNormalization: { shape: [5, 4], make: () => layers.batchNormalization() },
  prelu: { shape: [5], make: () => layers.prelu({ alphaInitializer: 'randomUniform' }) },
  conv1d: { shape: sequence.shape, make: () => layers.conv1d({ filters: 3, kernelSize: 3, padding: 'causal', dilationRate: 2 }) },
  conv2d: { shape: [6, 5, 4], make: () => layers.conv2d({ filters: 4, kernelSize: [3, 2], strides: 2, padding: 'same', groups: 2 }) },
  conv3d: { shape: [4, 4, 3, 2], make: () => layers.conv3d({ filters: 3, kernelSize: 2 }) },
  conv2dTranspose: { shape: [3, 4, 2], make: () => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }) },
  conv3dTranspose: { shape: [2, 3, 2, 2], make: () => layers.conv3dTranspose({ filters: 2, kernelSize: [3, 2, 3], strides: [2, 1, 2], padding: 'same' }) },
  'conv3dTranspose with steps between': { shape: [3, 2, 2, 2], make: () => layers.conv3dTranspose({ filters: 2, kernelSize: 2, dilationRate: [2, 1, 2] }) },
  separableConv2d: { shape: [5, 5, 2], make: () => layers.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2 }) },
  maxPooling2d: { shape: [4, 5, 2], make: () => layers.maxPooling2d({ padding: 'same' }) },
  averagePooling2d: { shape: [5, 5, 2], make: () => layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }) },
  maxPooling3d: { shape: [4, 4, 4, 2], make: () => layers.maxPooling3d() },
  upSampling2d: { shape: [3, 2, 2], make: () => layers.upSampling2d() },
  resizing: { shape: [3, 4, 2], make: () => layers.resizing({ height: 5, width: 2, antialias: true }) },
  centerCrop: { shape: [4, 5, 2], make: () => layers.centerCrop({ height: 6, width: 3 }) },
  simpleRNN: { shape: sequence.shape, make: () => layers.simpleRNN({ units: 3 }) },
  lstm: { shape: sequence.shape, make: () => layers.lstm({ units: 3, returnSequences: true }) },
  gru: { shape: sequence.shape, make: () => layers.gru({ units: 3 }) },
  'gru with the reset before': { shape: sequence.shape, make: () => layers.gru({ units: 3, resetAfter: false, goBackwards: true }) },
  bidirectional: { shape: sequence.shape, make: () => layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) }) },
  timeDistributed: { shape: sequence.shape, make: () => layers.timeDistributed({ layer: layers.dense({ units: 2 }) }) },
  multiHeadAttention: { shape: sequence.shape, make: () => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, useCausalMask: true }) },
  globalAveragePooling1d: { shape: sequence.shape, make: () => layers.globalAveragePooling1d() },
};

beforeAll(() => setRandomSeed(5));

describe.each(Object.entries(CASES))('%s', (_, { shape, make }) => {
  test('gradients of inputs and weights equal central differences', async () => {
    const x = input({ shape });
    const model = functional({ inputs: x, outputs: make().apply(x) });
    const data = numbers(rows * shape.reduce((a, b) => a * b, 1));
    const array = (values: Float32Array) => ({ data: values, shape: [rows, ...shape] });
    const { outputs } = await model.gradients(array(data), { upstream: await model.predict(array(data)) });
    const upstream = { data: numbers(outputs[0]?.data.length ?? 0, 0.5), shape: outputs[0]?.shape ?? [] };
    const found = await model.gradients(array(data), { upstream });
    const weighted = ({ data: y }: { data: Float32Array }) => y.reduce((sum, v, i) => sum + v * (upstream.data[i] as number), 0);
    const byInput = async (values: Float32Array) => weighted(await model.predict(array(values)));
    expect(await error(byInput, data, found.inputs[0]?.data as Float32Array, 1e-2)).toBeLessThan(2e-2);

    const weights = await model.getWeights();
    const trained = model.core.graph.variables.map(({ weight }) => weight.trainable);
    const positions = weights.map((_, i) => i).filter((i) => trained[i]);
    expect(found.weights).toHaveLength(positions.length);
    for (const [k, position] of positions.entries()) {
      const byWeight = async (values: Float32Array) => {
        await model.setWeights(weights.map((w, i) => (i === position ? { data: values, shape: w.shape } : w)));
        return weighted(await model.predict(array(data)));
      };
      expect(await error(byWeight, weights[position]?.data as Float32Array, found.weights[k]?.data as Float32Array, 1e-2)).toBeLessThan(2e-2);
    }
  });
});

test.each([
  { kernelSize: [3, 2, 3], strides: [2, 1, 3], padding: 'same', places: [4, 5, 6] },
  { kernelSize: 3, strides: 2, padding: 'valid', places: [7, 5, 9] },
  { kernelSize: [1, 3, 2], strides: [1, 2, 1], padding: 'same', places: [3, 4, 2] },
  { kernelSize: 2, dilationRate: [3, 1, 2], padding: 'valid', places: [4, 3, 5] },
] as const)('a transposed convolution of volumes is the gradient of a convolution: %o', async ({ places, ...window }) => {
  const x = input({ shape: [...places, 2] });
  const forward = functional({ inputs: x, outputs: layers.conv3d({ ...window, filters: 3, useBias: false }).apply(x) });
  const [kernel] = await forward.getWeights();
  const size = places.reduce<number>((a, b) => a * b, 2);
  const { shape } = await forward.predict({ data: numbers(size), shape: [1, ...places, 2] });
  const upstream = { data: numbers(shape.reduce((a, b) => a * b, 1)), shape };
  const { inputs } = await forward.gradients({ data: numbers(size), shape: [1, ...places, 2] }, { upstream });

  const y = input({ shape: shape.slice(1) });
  const back = functional({ inputs: y, outputs: layers.conv3dTranspose({ ...window, filters: 2, useBias: false }).apply(y) });
  await back.setWeights([kernel as never]);
  const answer = await back.predict(upstream);
  expect(answer.shape).toEqual([1, ...places, 2]);
  answer.data.forEach((v, i) => expect(v).toBeCloseTo(inputs[0]?.data[i] as number, 5));
});

test('pooling of negative numbers sends the gradient to the maximum', async () => {
  const x = input({ shape: [4, 1] });
  const model = functional({ inputs: x, outputs: layers.maxPooling1d().apply(x) });
  const { inputs, outputs } = await model.gradients({ data: Float32Array.of(-3, -1, -2, -5), shape: [1, 4, 1] }, { upstream: [[[1], [1]]] });
  expect([...(outputs[0]?.data ?? [])]).toEqual([-1, -2]);
  expect([...(inputs[0]?.data ?? [])]).toEqual([0, 1, 1, 0]);
});

test('gradients of the loss are those that a step of descent follows', async () => {
  const net = sequential([layers.dense({ units: 2, activation: 'softmax', inputShape: [3] })]).compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const data = { data: numbers(6), shape: [2, 3] };
  const before = await net.getWeights();
  const { weights } = await net.gradients(data, [0, 1]);
  await net.trainOnBatch(data, [0, 1]);
  const after = await net.getWeights();
  after.forEach(({ data: w }, i) => w.forEach((v, j) => expect(v).toBeCloseTo((before[i]?.data[j] as number) - 0.01 * (weights[i]?.data[j] as number), 6)));
});

test('a lambda and a shared layer are differentiated', async () => {
  const x = input({ shape: [2] });
  const shared = layers.dense({ units: 2, useBias: false });
  const y = layers.lambda({ function: (v) => ops.square(v) }).apply(shared.apply(shared.apply(x)));
  const model = functional({ inputs: x, outputs: y });
  await model.setWeights([{ data: Float32Array.of(2, 0, 0, 3), shape: [2, 2] }]);
  const { inputs, outputs } = await model.gradients([[1, 1]], { upstream: [[1, 1]] });
  expect([...(outputs[0]?.data ?? [])]).toEqual([16, 81]);
  expect([...(inputs[0]?.data ?? [])]).toEqual([32, 162]);
});

test('profile and explain name layers and change nothing', async () => {
  const net = sequential([layers.dense({ units: 8, activation: 'relu', inputShape: [3] }), layers.dense({ units: 2 })]).compile({ optimizer: 'adam', loss: 'mse' });
  const data = { data: numbers(96), shape: [32, 3] };
  const labels = { data: numbers(64), shape: [32, 2] };
  await net.fit(data, labels, { epochs: 2 });
  const before = await net.getWeights();
  const profile = await net.profile(data, labels);
  expect(profile.records.length).toBeGreaterThan(4);
  expect(profile.us).toBeGreaterThan(0);
  expect(JSON.parse(profile.toTrace()).traceEvents).toHaveLength(profile.records.length);
  expect(String(profile)).toContain('dense_1');
  const explanation = await net.explain(data, labels);
  expect(explanation.arenaBytes).toBeLessThanOrEqual(1.15 * explanation.arenaLowerBound + 1024);
  expect(await net.getWeights()).toEqual(before);
});
