// What is measured, and with which weights: compared with numbers worked out by hand.
import { layers, type Loss, losses, metrics, optimizers, sequential, setRandomSeed } from 'myelin';
import { describe, expect, it } from 'vitest';

const ROWS = 10;
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(2 * i)]);
const y = Array.from({ length: ROWS }, (_, i) => (i * 7) % 5);
const weight = Array.from({ length: ROWS }, (_, i) => 0.5 + i / 4);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** A linear model with weights that are known: y = 2a − b + 0.5. */
async function known(options: { learningRate?: number; weighted?: boolean } = {}) {
  const net = sequential([layers.dense({ units: 1, inputShape: [2] })]).compile({
    optimizer: optimizers.sgd({ learningRate: options.learningRate ?? 0 }),
    loss: 'mse',
    metrics: ['mae', 'rmse'],
    weightedMetrics: options.weighted ? [metrics.meanAbsoluteError({ name: 'weighted' })] : [],
  });
  await net.setWeights([[[2], [-1]], [0.5]]);
  return net;
}
const errors = x.map(([a, b], i) => 2 * (a as number) - (b as number) + 0.5 - (y[i] as number));
const squares = errors.map((e) => e * e);
const close = (actual: number | undefined, desired: number) => expect(actual).toBeCloseTo(desired, 4);

describe('validation', () => {
  it('validationSplit holds the last rows back, before shuffling', async () => {
    const net = await known();
    // ⌊10 · (1 − 0.35)⌋ = 6 rows train.
    const { history } = await net.fit(x, y, { validationSplit: 0.35, batchSize: 4 });
    close(history.loss?.[0], mean(squares.slice(0, 6)));
    close(history.valLoss?.[0], mean(squares.slice(6)));
    close(history.valMae?.[0], mean(errors.slice(6).map(Math.abs)));
    close(history.valRmse?.[0], Math.sqrt(mean(squares.slice(6))));
  });
  it('trains on the first rows alone', async () => {
    const [split, alone] = [await known({ learningRate: 0.1 }), await known({ learningRate: 0.1 })];
    await split.fit(x, y, { validationSplit: 0.4, epochs: 3, seed: 4, batchSize: 4 });
    await alone.fit(x.slice(0, 6), y.slice(0, 6), { epochs: 3, seed: 4, batchSize: 4 });
    expect(await split.getWeights()).toEqual(await alone.getWeights());
  });
  it('validationData are measured after every epoch, with their weights', async () => {
    const net = await known();
    const { history } = await net.fit(x.slice(0, 4), y.slice(0, 4), { epochs: 2, validationData: [x.slice(4), y.slice(4)] });
    expect(history.valLoss).toHaveLength(2);
    close(history.valLoss?.[1], mean(squares.slice(4)));
    const weighted = await net.fit(x.slice(0, 4), y.slice(0, 4), { validationData: [x.slice(4), y.slice(4), weight.slice(4)] });
    close(weighted.history.valLoss?.[0], mean(squares.slice(4).map((s, i) => s * (weight[i + 4] as number))));
  });
  it('validationFreq leaves epochs out', async () => {
    const net = await known();
    const { history } = await net.fit(x, y, { epochs: 5, validationSplit: 0.2, validationFreq: 2 });
    expect(history.loss).toHaveLength(5);
    expect(history.valLoss).toHaveLength(2);
  });
  it('validationBatchSize changes nothing but the work', async () => {
    const net = await known();
    const one = await net.fit(x, y, { validationSplit: 0.5, validationBatchSize: 1 });
    const all = await net.fit(x, y, { validationSplit: 0.5, validationBatchSize: 5 });
    close(one.history.valLoss?.[0], all.history.valLoss?.[0] as number);
  });
});

describe('means over batches of different sizes', () => {
  it.each([1, 3, 4, 7, 10, 32])('batch size %i', async (batchSize) => {
    const net = await known();
    const { loss, mae, rmse } = await net.evaluate(x, y, { batchSize });
    close(loss, mean(squares));
    close(mae, mean(errors.map(Math.abs)));
    close(rmse, Math.sqrt(mean(squares)));
    close((await net.fit(x, y, { batchSize })).history.loss?.[0], mean(squares));
  });
});

describe('weights of rows', () => {
  it('sampleWeight weighs the loss and weightedMetrics, not metrics', async () => {
    const net = await known({ weighted: true });
    const result = (await net.evaluate(x, y, { sampleWeight: weight, batchSize: 4 })) as Record<string, number>;
    close(result.loss, mean(squares.map((s, i) => s * (weight[i] as number))));
    close(result.mae, mean(errors.map(Math.abs)));
    const total = weight.reduce((a, b) => a + b);
    close(result.weighted, errors.reduce((sum, e, i) => sum + Math.abs(e) * (weight[i] as number), 0) / total);
  });
  it('a step with sampleWeight follows the weighted gradient', async () => {
    const net = await known({ learningRate: 0.1 });
    const { loss } = await net.trainOnBatch(x, y, { sampleWeight: weight });
    close(loss, mean(squares.map((s, i) => s * (weight[i] as number))));
    const slope = (column: 0 | 1 | null) => mean(errors.map((e, i) => 2 * e * (weight[i] as number) * (column === null ? 1 : (x[i]?.[column] as number))));
    const [kernel, bias] = await net.getWeights();
    close(kernel?.data[0], 2 - 0.1 * slope(0));
    close(kernel?.data[1], -1 - 0.1 * slope(1));
    close(bias?.data[0], 0.5 - 0.1 * slope(null));
  });
  it('classWeight multiplies sampleWeight, by number and by one-hot label', async () => {
    const classes = y.map((v) => v % 3);
    const logits = x.map(([a, b]) => [a as number, b as number, 0.3]);
    const nll = logits.map((row, i) => Math.log(row.reduce((s, v) => s + Math.exp(v), 0)) - (row[classes[i] as number] as number));
    const classWeight = { 0: 2, 2: 0.5 };
    const factor = classes.map((c, i) => ([2, 1, 0.5][c] as number) * (weight[i] as number));
    const desired = mean(nll.map((l, i) => l * (factor[i] as number)));
    const net = (loss: Loss) => sequential([layers.activation({ activation: 'softmax', inputShape: [3] })]).compile({ optimizer: 'sgd', loss });
    const sparse = losses.sparseCategoricalCrossentropy();
    close((await net(sparse).testOnBatch(logits, classes, { classWeight, sampleWeight: weight })).loss, desired);
    const oneHot = classes.map((c) => [0, 1, 2].map((k) => Number(k === c)));
    close((await net(losses.categoricalCrossentropy()).testOnBatch(logits, oneHot, { classWeight, sampleWeight: weight })).loss, desired);
    const fit = await net(sparse).fit(logits, classes, { classWeight, sampleWeight: weight, batchSize: 3 });
    close(fit.history.loss?.[0], desired);
  });
  it('rows of weight 0 teach nothing', async () => {
    const [zero, alone] = [await known({ learningRate: 0.1 }), await known({ learningRate: 0.1 })];
    await zero.trainOnBatch(x, y, { sampleWeight: weight.map((_, i) => Number(i < 5)) });
    await alone.trainOnBatch(x.slice(0, 5), y.slice(0, 5), { sampleWeight: new Array<number>(5).fill(0.5) });
    const [a, b] = [await zero.getWeights(), await alone.getWeights()];
    a.forEach((w, i) => w.data.forEach((v, j) => close(v, b[i]?.data[j] as number)));
  });
});

describe('seeds and order', () => {
  it('shuffle: false takes rows as they come; true gives each epoch its own order', async () => {
    setRandomSeed(null);
    const run = async (options: object) => {
      const net = await known({ learningRate: 0.05 });
      await net.fit(x, y, { batchSize: 3, epochs: 2, ...options });
      return net.getWeights();
    };
    const plain = await run({ shuffle: false, seed: 1 });
    expect(await run({ shuffle: false, seed: 2 })).toEqual(plain);
    expect(await run({ seed: 1 })).toEqual(await run({ seed: 1 }));
    expect(await run({ seed: 1 })).not.toEqual(await run({ seed: 2 }));
    expect(await run({ seed: 1 })).not.toEqual(plain);
  });
  it('History tells the seed that was drawn, and it gives the same run again', async () => {
    const make = () => known({ learningRate: 0.05 });
    const [first, again] = [await make(), await make()];
    const { seed } = await first.fit(x, y, { batchSize: 3, epochs: 2 });
    await again.fit(x, y, { batchSize: 3, epochs: 2, seed });
    expect(await again.getWeights()).toEqual(await first.getWeights());
  });
  it('initialEpoch goes on in the same order', async () => {
    const [whole, parts] = [await known({ learningRate: 0.05 }), await known({ learningRate: 0.05 })];
    await whole.fit(x, y, { batchSize: 3, epochs: 4, seed: 5 });
    await parts.fit(x, y, { batchSize: 3, epochs: 2, seed: 5 });
    expect((await parts.fit(x, y, { batchSize: 3, epochs: 4, initialEpoch: 2, seed: 5 })).epoch).toEqual([2, 3]);
    expect(await parts.getWeights()).toEqual(await whole.getWeights());
  });
});
