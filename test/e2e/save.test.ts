import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineLayer, functional, initializers, input, layers, loadModel, losses, type Optimizer, ops, optimizers, regularizers, schedules, sequential, setRandomSeed } from 'myelin';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';

const x = { data: Float32Array.from({ length: 60 * 4 }, (_, i) => Math.sin(i * 1.3)), shape: [60, 4] };
const y = Int32Array.from({ length: 60 }, (_, i) => i % 3);

function build(optimizer: Optimizer = optimizers.adam(), units = 8) {
  setRandomSeed(21);
  return sequential([
    layers.dense({ units, activation: 'relu', name: 'first', kernelInitializer: initializers.heNormal({ seed: 3 }), kernelRegularizer: regularizers.l2({ l2: 1e-3 }), inputShape: [4] }),
    layers.dropout({ rate: 0.25 }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]).compile({ optimizer, loss: losses.sparseCategoricalCrossentropy(), metrics: ['accuracy'] });
}
type Weights = { getWeights(): Promise<readonly { readonly data: Float32Array; readonly shape: readonly number[] }[]> };
const weightsOf = async (net: Weights) => (await net.getWeights()).map(({ data, shape }) => ({ shape, data: [...data] }));

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'myelin-'));
  path = join(folder, 'net.safetensors');
});
afterAll(() => rm(folder, { recursive: true }));

interface Header {
  readonly [name: string]: { readonly dtype: string; readonly shape: readonly number[] };
}
async function headerOf(file: string): Promise<Header> {
  const bytes = await readFile(file);
  return JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8')) as Header;
}

describe('a model in a file', () => {
  it('comes back with the same predictions, weights and measurements', async () => {
    const net = build();
    await net.fit(x, y, { epochs: 3 });
    await net.save(path);
    const loaded = await loadModel(path);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(net));
    expect(await loaded.predict(x)).toEqual(await net.predict(x));
    expect(await loaded.evaluate(x, y)).toEqual(await net.evaluate(x, y));
    expect(loaded.summary({ print: false })).toBe(net.summary({ print: false }));
    expect(loaded.layers.map((l) => l.name)).toEqual(['first', 'dropout', 'dense']);
  });
  it('names its tensors after layers and weights', async () => {
    const net = build();
    await net.fit(x, y);
    await net.save(path);
    const { __metadata__, ...tensors } = await headerOf(path);
    const names = ['dense/bias', 'dense/kernel', 'first/bias', 'first/kernel'];
    const slots = ['momentum', 'velocity'].flatMap((slot) => names.map((name) => `optimizer/${slot}/${name}`));
    expect(Object.keys(tensors).sort()).toEqual([...names, ...slots].sort());
    expect(tensors['first/kernel']).toMatchObject({ dtype: 'F32', shape: [4, 8] });
    expect(tensors['optimizer/velocity/dense/bias']).toMatchObject({ dtype: 'F32', shape: [3] });
    expect(JSON.parse((__metadata__ as unknown as { myelin: string }).myelin)).toMatchObject({ format: 1, name: 'sequential', training: { step: 2 } });
  });
  it('is written whole: no draft stays behind, folders are made, an old file is replaced', async () => {
    const deep = join(folder, 'a', 'b', 'net.safetensors');
    const net = build();
    await net.save(deep);
    await net.save(deep);
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['net.safetensors']);
  });
  it('comes from a file address and from bytes too', async () => {
    const net = build();
    await net.save(path);
    const desired = await weightsOf(net);
    expect(await weightsOf(await loadModel(pathToFileURL(path).href))).toEqual(desired);
    const bytes = await net.toBytes();
    expect(await weightsOf(await loadModel(bytes))).toEqual(desired);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
  });
  it('keeps what the user put beside it', async () => {
    const net = build();
    net.userMetadata = { labels: ['a', 'b', 'c'], size: 28 };
    expect((await loadModel(await net.toBytes())).userMetadata).toEqual({ labels: ['a', 'b', 'c'], size: 28 });
  });
  it('may have several inputs and outputs, shared layers and no compile options', async () => {
    const [left, right] = [input({ shape: [4], name: 'left' }), input({ shape: [4], name: 'right' })];
    const shared = layers.dense({ units: 5, activation: 'tanh' });
    const net = functional({ inputs: [left, right], outputs: { a: layers.dense({ units: 2 }).apply(shared.apply(left)), b: layers.dense({ units: 3 }).apply(shared.apply(right)) } });
    const loaded = await loadModel(await net.toBytes());
    expect(await loaded.predict([x, x] as never)).toEqual(await net.predict([x, x]));
    expect(loaded.countParams()).toBe(net.countParams());
  });
  it('keeps names inside of both directions, and options that are null where the default is not', async () => {
    const a = input({ shape: [3, 2] });
    const [forward, backward] = layers.bidirectional({ layer: layers.gru({ units: 2 }), mergeMode: null }).apply(a).all as [typeof a, typeof a];
    const net = functional({ inputs: a, outputs: [forward, backward] });
    const given = { data: x.data.slice(0, 12), shape: [2, 3, 2] };
    const loaded = await loadModel(await net.toBytes());
    expect(await loaded.predict(given)).toEqual(await net.predict(given));
  });
  it('may have custom layers and losses, given by name', async () => {
    const scaled = defineLayer<{ factor: number }>({
      className: 'Scaled',
      defaults: { factor: 1 },
      call: (scope, v) => ops.mul(v, ops.constant(scope.tracer, { shape: [], dtype: 'float32', value: scope.config.factor })),
    });
    const quartic = (truth: Parameters<typeof ops.sub>[0], prediction: Parameters<typeof ops.sub>[1]) => ops.mean(ops.square(ops.square(ops.sub(truth, prediction))), { axes: [-1] });
    const net = sequential([scaled({ factor: 3, inputShape: [4] }), layers.dense({ units: 1 })]).compile({ loss: quartic });
    const bytes = await net.toBytes();
    await expect(loadModel(bytes)).rejects.toMatchObject({ name: 'FormatError', message: expect.stringContaining('Scaled') });
    await expect(loadModel(bytes, { custom: { Scaled: scaled } })).rejects.toThrow(/quartic/);
    const loaded = await loadModel(bytes, { custom: { Scaled: scaled, quartic } });
    expect(await loaded.predict(x)).toEqual(await net.predict(x));
  });
});

describe('training goes on where it was saved', () => {
  const rate = schedules.cosineDecay({ initialLearningRate: 0.05, decaySteps: 30 });
  it.each([
    ['sgd with momentum', () => optimizers.sgd({ momentum: 0.9, nesterov: true })],
    ['rmsprop, centered, with momentum', () => optimizers.rmsprop({ momentum: 0.5, centered: true })],
    ['adam with amsgrad', () => optimizers.adam({ amsgrad: true })],
    ['adamW with a schedule and a clip', () => optimizers.adamW({ learningRate: rate, globalClipnorm: 0.5 })],
  ] as const)('%s', async (_, optimizer) => {
    const whole = build(optimizer());
    await whole.fit(x, y, { epochs: 6, seed: 9 });
    const begun = build(optimizer());
    await begun.fit(x, y, { epochs: 3, seed: 9 });
    const resumed = await loadModel(await begun.toBytes());
    await resumed.fit(x, y, { epochs: 6, initialEpoch: 3, seed: 9 });
    expect(await weightsOf(resumed)).toEqual(await weightsOf(whole));
  });
  it('frozen layers have no optimizer state and stay frozen', async () => {
    const make = () => {
      const net = build();
      net.getLayer({ name: 'first' }).trainable = false;
      return net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    };
    const [whole, begun] = [make(), make()];
    await whole.fit(x, y, { epochs: 4, seed: 9 });
    await begun.fit(x, y, { epochs: 2, seed: 9 });
    await begun.save(path);
    expect(Object.keys(await headerOf(path)).filter((name) => name.startsWith('optimizer/'))).toHaveLength(4);
    const resumed = await loadModel(path);
    expect(resumed.getLayer({ name: 'first' }).trainable).toBe(false);
    await resumed.fit(x, y, { epochs: 4, initialEpoch: 2, seed: 9 });
    expect(await weightsOf(resumed)).toEqual(await weightsOf(whole));
  });
});

describe('weights alone', () => {
  test('go into a model of the same layers', async () => {
    const [net, other] = [build(), build()];
    await net.fit(x, y);
    await net.saveWeights(path);
    expect(Object.keys(await headerOf(path)).sort()).toEqual(['dense/bias', 'dense/kernel', 'first/bias', 'first/kernel']);
    await other.loadWeights(path);
    expect(await weightsOf(other)).toEqual(await weightsOf(net));
    await expect(loadModel(path)).rejects.toThrow(/holds weights but no model/);
  });
  test('that do not fit are named; skipMismatch leaves those as they are', async () => {
    const [net, wider] = [build(), build(optimizers.adam(), 9)];
    await net.fit(x, y);
    const bytes = await net.toBytes();
    await expect(wider.loadWeights(bytes)).rejects.toMatchObject({ name: 'DataError', message: expect.stringMatching(/first\/kernel.*\[4, 9\].*\[4, 8\]/) });
    const before = await weightsOf(wider);
    await wider.loadWeights(bytes, { skipMismatch: true });
    const [after, source] = [await weightsOf(wider), await weightsOf(net)];
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(after[3]).toEqual(source[3]);
    expect(after[3]).not.toEqual(before[3]);
  });
  test('under other names are named with the nearest', async () => {
    setRandomSeed(1);
    const other = sequential([layers.dense({ units: 8, name: 'frist', inputShape: [4] }), layers.dense({ units: 3 })]);
    await expect(other.loadWeights(await build().toBytes())).rejects.toThrow(/no weight 'frist\/kernel'; did you mean 'first\/kernel'/);
  });
});

test('a missing file, a wrong place and something else are told apart', async () => {
  await expect(loadModel(join(folder, 'nothing.safetensors'))).rejects.toMatchObject({ name: 'FormatError', message: expect.stringContaining('there is no file') });
  await expect(loadModel('ftp://server/net')).rejects.toMatchObject({ name: 'ConfigError', message: expect.stringContaining("unknown place 'ftp'") });
  const picture = join(folder, 'picture.png');
  await writeFile(picture, Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]));
  await expect(loadModel(picture)).rejects.toMatchObject({ name: 'FormatError' });
});
