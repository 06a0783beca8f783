import { input, functional, layers, ops, runtime, sequential, setRandomSeed } from 'myelin';
import { beforeAll, describe, expect, test } from 'vitest';
import { CASES, made, WITHOUT_GRADIENT } from './layer_cases.js';

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

beforeAll(() => setRandomSeed(5));

test('there is a case for every layer', () => {
  const named = new Set(Object.keys(CASES).map((name) => name.replace(/:.*/, '')));
  expect([...named].sort()).toEqual(
    Object.keys(layers)
      .filter((name) => !(name in WITHOUT_GRADIENT))
      .sort(),
  );
});

describe.each(Object.entries(CASES))('%s', (_, given) => {
  const { shapes, indices, training = false, batch = false, step = 1e-2 } = given;
  test('gradients of inputs and weights equal central differences', async () => {
    const symbols = shapes.map((shape) => input({ shape, dtype: indices ? 'int32' : 'float32', batchSize: batch ? rows : null }));
    const model = functional({ inputs: symbols, outputs: made(given).apply(...symbols) });
    const sizes = shapes.map((shape) => rows * shape.reduce((a, b) => a * b, 1));
    const data = sizes.map((n, i) => (indices ? Float32Array.from({ length: n }, (_, k) => (7 * k) % indices) : numbers(n + i).slice(i)));
    const arrays = (values: readonly Float32Array[]) => values.map((v, i) => ({ data: v, shape: [rows, ...(shapes[i] as number[])] }));
    const shape = (await model.predict(arrays(data))).shape;
    const upstream = {
      data: numbers(
        shape.reduce((a, b) => a * b, 1),
        0.5,
      ),
      shape,
    };
    const found = await model.gradients(arrays(data), { upstream, training });
    // In training the noise of a layer is that of its path, the same each time.
    const value = async (values: readonly Float32Array[]) => {
      const y = training ? (await model.gradients(arrays(values), { upstream, training })).outputs[0]?.data : (await model.predict(arrays(values))).data;
      return (y as Float32Array).reduce((sum, v, i) => sum + v * (upstream.data[i] as number), 0);
    };
    if (!indices)
      for (const [k, own] of data.entries())
        expect(await error((values) => value(data.map((d, i) => (i === k ? values : d))), own, found.inputs[k]?.data as Float32Array, step), `input ${k}`).toBeLessThan(2e-2);

    const weights = await model.getWeights();
    const trained = model.core.graph.variables.map(({ weight }) => weight.trainable);
    const positions = weights.map((_, i) => i).filter((i) => trained[i]);
    expect(found.weights).toHaveLength(positions.length);
    for (const [k, position] of positions.entries()) {
      const byWeight = async (values: Float32Array) => {
        await model.setWeights(weights.map((w, i) => (i === position ? { data: values, shape: w.shape } : w)));
        return value(data);
      };
      expect(await error(byWeight, weights[position]?.data as Float32Array, found.weights[k]?.data as Float32Array, step), `weight ${k}`).toBeLessThan(2e-2);
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

test('gradients follow what a model is trained to, compiled for and frozen to', async () => {
  const build = (loss: 'mse' | 'mae') => {
    setRandomSeed(6);
    return sequential([layers.dense({ units: 3, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1 })]).compile({ optimizer: 'sgd', loss });
  };
  type Net = ReturnType<typeof build>;
  const [x, y] = [{ data: numbers(8), shape: [4, 2] }, numbers(4, 2)];
  const same = async (kept: Net, fresh: Net) => {
    await fresh.setWeights(await kept.getWeights());
    for (let i = 0; i < 2; i++) expect(await kept.gradients(x, y)).toEqual(await fresh.gradients(x, y));
  };
  const kept = build('mse');
  await same(kept, build('mse'));
  await kept.fit(x, y, { epochs: 2, verbose: 0 });
  await same(kept, build('mse'));
  kept.compile({ optimizer: 'sgd', loss: 'mae' });
  await same(kept, build('mae'));
  const frozen = build('mae');
  for (const { layers } of [kept, frozen]) (layers[0] as (typeof layers)[number]).trainable = false;
  await same(kept, frozen);
  expect((await kept.gradients(x, y)).weights).toHaveLength(2);
  const upstream = { data: numbers(4), shape: [4, 1] };
  const [once, twice] = [await kept.gradients(x, { upstream }), await kept.gradients(x, { upstream: { ...upstream, data: upstream.data.map((v) => 2 * v) } })];
  expect(twice.inputs[0]?.data).toEqual(once.inputs[0]?.data.map((v) => 2 * v));
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

test('a profile is of the threads that share a step, and of fewer if asked', async () => {
  const net = sequential([layers.dense({ units: 128, inputShape: [256] }), layers.dense({ units: 1 })]).compile({ optimizer: 'adam', loss: 'mse' });
  const [x, y] = [{ data: numbers(64 * 256), shape: [64, 256] }, numbers(64)];
  await net.fit(x, y, { batchSize: 64 });
  const before = await net.getWeights();
  await expect.poll(() => runtime().state).toBe('running');
  const all = runtime().threads;
  for (const [options, threads] of [
    [{}, all],
    [{ threads: 1 }, 1],
    [{ threads: 1000 }, all],
  ] as const) {
    const profile = await net.profile(x, y, { batchSize: 64, steps: 5, ...options });
    expect(profile.threads).toBe(threads);
    expect(profile.us).toBeGreaterThan(0);
    expect(String(profile)).toContain(threads === 1 ? 'on one thread' : `on ${threads} threads`);
  }
  expect(await net.getWeights()).toEqual(before);
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
  await expect(net.profile(data, labels, { threads: 0 })).rejects.toThrow('profile: threads must be a whole number from 1 up, received 0');
  await expect(net.profile(data, labels, { steps: 0 })).rejects.toThrow('profile: steps must be a whole number from 1 up, received 0');
  const explanation = await net.explain(data, labels);
  expect(explanation.arenaBytes).toBeLessThanOrEqual(1.15 * explanation.arenaLowerBound + 1024);
  expect(await net.getWeights()).toEqual(before);
});
