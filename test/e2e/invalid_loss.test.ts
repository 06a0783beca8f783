import { callbacks, DataError, functional, input, layers, optimizers, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

beforeEach(() => setRandomSeed(7));

const rows = 40;
const x = Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i));
const y = Float32Array.from({ length: rows }, (_, i) => Math.cos(i));
const build = (learningRate = 0.01) =>
  sequential([layers.dense({ units: 4, activation: 'relu', name: 'hidden', inputShape: [3] }), layers.dense({ units: 1, name: 'answer' })]).compile({
    optimizer: optimizers.sgd({ learningRate }),
    loss: 'mse',
  });
const refusal = (fit: Promise<unknown>): Promise<DataError> =>
  fit.then(
    () => expect.fail('the fit went through'),
    (error) => error as DataError,
  );
const weightsOf = async (net: { getWeights(): Promise<readonly { data: ArrayLike<number> }[]> }) => (await net.getWeights()).flatMap(({ data }) => Array.from(data));

describe('a loss that is no number ends a fit', () => {
  test('of inputs that are too large: the layer with the largest numbers and the batch are named', async () => {
    const large = x.map((v, i) => (i === 3 * 25 ? 1e30 : v));
    const net = build();
    const before = await weightsOf(net);
    const error = await refusal(net.fit(large, y, { batchSize: 8, shuffle: false }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/^the loss is Infinity in epoch 1, batch 4: every layer answers finite numbers, up to \d(\.\d)?e\+\d\d in '(hidden|answer)'/);
    expect(['hidden', 'answer']).toContain(error.layer);
    const after = await weightsOf(net);
    expect(after.every(Number.isFinite)).toBe(true);
    expect(after).not.toEqual(before);
  });

  test('in a layer: the first that answers NaN is named, inside of others too', async () => {
    const numbers = input({ shape: [3] });
    const inner = sequential([layers.dense({ units: 2, name: 'fine', inputShape: [3] }), layers.activation({ activation: 'exponential', name: 'explodes' })]);
    const net = functional({ inputs: numbers, outputs: layers.dense({ units: 1 }).apply(inner.apply(numbers)) }).compile({ optimizer: 'sgd', loss: 'mse' });
    const error = await refusal(
      net.fit(
        x.map((v) => 1e4 * v),
        y,
        { batchSize: 10 },
      ),
    );
    expect(error.layer).toMatch(/^sequential\w*\/explodes$/);
    expect(error.message).toMatch(/epoch 1, batch 1.*'sequential\w*\/explodes', in \d+ of its numbers/);
  });

  test('by weights that were set so: the weight is named', async () => {
    const net = build();
    const weights = (await net.getWeights()).map(({ data, shape }) => ({ data: Float32Array.from(data), shape }));
    (weights[2] as { data: Float32Array }).data[1] = Number.NaN;
    await net.setWeights(weights);
    const error = await refusal(net.fit(x, y));
    expect(error.message).toMatch(/the weight 'answer\/kernel' holds NaN or Infinity/);
    expect(error.layer).toBe('answer');
  });

  test('by too large a step: in the epoch and batch where it happens, in a short last batch too', async () => {
    for (const batchSize of [8, 32]) {
      const net = build(1e15);
      const error = await refusal(net.fit(x, y, { batchSize, epochs: 20 }));
      expect(error.message).toMatch(/^the loss is (NaN|Infinity) in epoch \d+, batch \d+: .*lower the learning rate/);
      expect((await weightsOf(net)).every(Number.isFinite)).toBe(true);
    }
  });

  test('the same with shared threads', async () => {
    const wide = sequential([layers.dense({ units: 256, inputShape: [256] }), layers.dense({ units: 256 })]).compile({ optimizer: 'adam', loss: 'mse' });
    const many = Float32Array.from({ length: 128 * 256 }, (_, i) => (i === 100 * 256 ? 3e37 : Math.sin(i)));
    const error = await refusal(wide.fit(many, new Float32Array(128 * 256), { batchSize: 32, shuffle: false }));
    expect(error.message).toMatch(/epoch 1, batch 4/);
    expect((await weightsOf(wide)).every(Number.isFinite)).toBe(true);
  });

  test('a statistic that is not trained stays as it was', async () => {
    const net = sequential([layers.batchNormalization({ inputShape: [3] }), layers.dense({ units: 1 })]).compile({ optimizer: 'sgd', loss: 'mse' });
    const before = await weightsOf(net);
    await refusal(
      net.trainOnBatch(
        x,
        y.map((v) => 1e30 * v),
      ),
    );
    expect(await weightsOf(net)).toEqual(before);
  });

  test('trainOnBatch rejects as well, and the model can go on', async () => {
    const net = build();
    await refusal(
      net.trainOnBatch(
        x.map((v) => 1e30 * v),
        y,
      ),
    );
    expect((await net.trainOnBatch(x, y)).loss).toBeLessThan(10);
    expect((await net.fit(x, y, { epochs: 2 })).history.loss).toHaveLength(2);
  });

  test('terminateOnNaN ends it quietly, with raiseError by the error', async () => {
    const { epoch, history } = await build(1e15).fit(x, y, { epochs: 9, batchSize: 8, callbacks: [callbacks.terminateOnNaN()] });
    expect(epoch).toEqual([...epoch.keys()]);
    expect(history.loss.at(-1)).not.toSatisfy(Number.isFinite);
    expect(history.loss.slice(0, -1).every(Number.isFinite)).toBe(true);
    await refusal(build(1e15).fit(x, y, { epochs: 9, batchSize: 8, callbacks: [callbacks.terminateOnNaN({ raiseError: true })] }));
  });
});
