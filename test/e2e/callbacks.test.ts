import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Callback, callbacks, layers, loadModel, optimizers, sequential, setRandomSeed } from 'myelin';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';

const x = { data: Float32Array.from({ length: 40 * 3 }, (_, i) => Math.sin(i)), shape: [40, 3] };
const y = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * 3) + Math.cos(i));

function build(learningRate = 0.05) {
  setRandomSeed(1);
  return sequential([layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }), layers.dense({ units: 1 })]).compile({
    optimizer: optimizers.sgd({ learningRate }),
    loss: 'mse',
    metrics: ['mae'],
  });
}
/** Sets the rate of each epoch: large ones make the loss worse. */
const rates = (...list: readonly number[]) => callbacks.learningRateScheduler((epoch) => list[epoch] ?? list.at(-1) ?? 0);
type Net = ReturnType<typeof build>;
const weightsOf = async (net: Pick<Net, 'getWeights'>) => (await net.getWeights()).map(({ data }) => [...data]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'myelin-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('hooks', () => {
  const recorder = (events: string[], name = ''): Callback => ({
    setModel: () => void events.push(`${name}setModel`),
    onTrainBegin: () => events.push(`${name}trainBegin`),
    onTrainEnd: (logs) => events.push(`${name}trainEnd ${Object.keys(logs).join()}`),
    onEpochBegin: (epoch) => events.push(`${name}epochBegin ${epoch}`),
    onEpochEnd: (epoch, logs) => events.push(`${name}epochEnd ${epoch} ${Object.keys(logs).join()}`),
    onBatchBegin: (batch) => events.push(`${name}batchBegin ${batch}`),
    onBatchEnd: (batch, logs) => events.push(`${name}batchEnd ${batch} ${Object.keys(logs).join()}`),
    onTestBegin: () => events.push(`${name}testBegin`),
    onTestEnd: (logs) => events.push(`${name}testEnd ${Object.keys(logs).join()}`),
    onPredictBegin: () => events.push(`${name}predictBegin`),
    onPredictEnd: () => events.push(`${name}predictEnd`),
  });

  it('come in order while fitting', async () => {
    const events: string[] = [];
    await build().fit(x, y, { epochs: 2, batchSize: 16, validationSplit: 0.5, callbacks: [recorder(events)] });
    const epoch = (n: number) => [
      `epochBegin ${n}`,
      ...['batchBegin 0', 'batchEnd 0 loss,mae', 'batchBegin 1', 'batchEnd 1 loss,mae', 'testBegin', 'testEnd loss,mae'],
      `epochEnd ${n} loss,mae,valLoss,valMae`,
    ];
    expect(events).toEqual(['setModel', 'trainBegin', ...epoch(0), ...epoch(1), 'trainEnd loss,mae,valLoss,valMae']);
  });
  it('of several callbacks come in the order of the list', async () => {
    const events: string[] = [];
    const only = (name: string): Callback => ({ onEpochBegin: () => events.push(`${name} begin`), onEpochEnd: () => events.push(`${name} end`) });
    await build().fit(x, y, { callbacks: [only('a'), only('b')] });
    expect(events).toEqual(['a begin', 'b begin', 'a end', 'b end']);
  });
  it('come while evaluating and predicting', async () => {
    const events: string[] = [];
    const net = build();
    await net.evaluate(x, y, { callbacks: [recorder(events)] });
    await net.predict(x, { callbacks: [recorder(events)] });
    expect(events.filter((e) => e !== 'setModel')).toEqual(['testBegin', 'testEnd loss,mae', 'predictBegin', 'predictEnd']);
  });
  it('come for every batch that is measured or predicted', async () => {
    const events: string[] = [];
    const watch: Callback = {
      onTestBatchBegin: (batch) => events.push(`testBatchBegin ${batch}`),
      onTestBatchEnd: (batch, logs) => events.push(`testBatchEnd ${batch} ${Object.keys(logs).join()}`),
      onPredictBatchBegin: (batch) => events.push(`predictBatchBegin ${batch}`),
      onPredictBatchEnd: (batch) => events.push(`predictBatchEnd ${batch}`),
    };
    const net = build();
    const logs = await net.evaluate(x, y, { batchSize: 25, callbacks: [watch] });
    const { data } = await net.predict(x, { batchSize: 25, callbacks: [watch] });
    const test = [0, 1].flatMap((n) => [`testBatchBegin ${n}`, `testBatchEnd ${n} loss,mae`]);
    const predicted = [0, 1].flatMap((n) => [`predictBatchBegin ${n}`, `predictBatchEnd ${n}`]);
    expect(events).toEqual([...test, ...predicted]);
    expect(logs).toEqual(await net.evaluate(x, y, { batchSize: 25 }));
    expect([...data]).toEqual([...(await net.predict(x)).data]);
    events.length = 0;
    await net.fit(x, y, { validationSplit: 0.5, callbacks: [watch] });
    expect(events).toEqual(['testBatchBegin 0', 'testBatchEnd 0 loss,mae']);
  });
  it('are awaited', async () => {
    const events: string[] = [];
    const slow = (what: string) => async () => {
      events.push(`${what} starts`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(`${what} ends`);
    };
    await build().fit(x, y, { epochs: 1, batchSize: 40, callbacks: [{ onEpochBegin: slow('begin'), onBatchEnd: slow('batch'), onEpochEnd: slow('end') }] });
    expect(events).toEqual(['begin starts', 'begin ends', 'batch starts', 'batch ends', 'end starts', 'end ends']);
  });
  it('that throw end the fit with their error, and the model can go on', async () => {
    const net = build();
    const broken: Callback = {
      onEpochEnd() {
        throw new Error('mine');
      },
    };
    await expect(net.fit(x, y, { epochs: 3, callbacks: [broken] })).rejects.toThrow('mine');
    expect((await net.fit(x, y)).history.loss).toHaveLength(1);
  });
  it('of batches tell the mean of the epoch so far', async () => {
    const losses: number[] = [];
    const net = build();
    const { history } = await net.fit(x, y, { batchSize: 16, callbacks: [{ onBatchEnd: (_, logs) => losses.push(logs.loss as number) }] });
    expect(losses).toHaveLength(3);
    expect(losses.at(-1)).toBe(history.loss?.[0]);
  });
  it('of batches do not change what is learned', async () => {
    const [with_, without] = [build(), build()];
    await with_.fit(x, y, { epochs: 3, batchSize: 7, callbacks: [{ onBatchEnd: () => {} }] });
    await without.fit(x, y, { epochs: 3, batchSize: 7 });
    expect(await weightsOf(with_)).toEqual(await weightsOf(without));
  });
});

describe('earlyStopping', () => {
  it('stops after so many epochs without progress', async () => {
    const net = build();
    // Nothing changes from the second epoch on.
    const stop = callbacks.earlyStopping({ monitor: 'loss', patience: 3 });
    const { epoch } = await net.fit(x, y, { epochs: 50, shuffle: false, callbacks: [rates(0), stop] });
    expect(epoch).toEqual([0, 1, 2, 3]);
    expect([stop.bestEpoch, stop.stoppedEpoch]).toEqual([0, 3]);
  });
  it('puts the best weights back, also when it did not stop', async () => {
    const net = build();
    const perEpoch: number[][][] = [];
    const keep: Callback = { onEpochEnd: async () => void perEpoch.push(await weightsOf(net)) };
    const stop = callbacks.earlyStopping({ monitor: 'valLoss', patience: 100, restoreBestWeights: true });
    const { history } = await net.fit(x, y, { epochs: 5, validationSplit: 0.25, callbacks: [rates(0.05, 0.05, 0.05, 3, 3), keep, stop] });
    const valLoss = history.valLoss as number[];
    const best = valLoss.indexOf(Math.min(...valLoss));
    expect(best).toBeLessThan(4);
    expect(stop.bestEpoch).toBe(best);
    expect(await weightsOf(net)).toEqual(perEpoch[best]);
  });
  it('watches the direction of the metric, minDelta, baseline and startFromEpoch', async () => {
    const run = async (options: Parameters<typeof callbacks.earlyStopping>[0]) =>
      (await build().fit(x, y, { epochs: 8, shuffle: false, callbacks: [callbacks.earlyStopping({ monitor: 'loss', ...options })] })).epoch.length;
    expect(await run({ patience: 1 })).toBe(8);
    expect(await run({ patience: 1, mode: 'max' })).toBe(2);
    expect(await run({ patience: 2, minDelta: 1000 })).toBe(3);
    expect(await run({ patience: 2, mode: 'max', startFromEpoch: 3 })).toBe(6);
    // An epoch that doesn't reach the baseline counts, even the first and best one.
    const still = async (baseline: number | null) =>
      (await build().fit(x, y, { epochs: 8, shuffle: false, callbacks: [rates(0), callbacks.earlyStopping({ monitor: 'loss', patience: 3, baseline })] })).epoch.length;
    expect([await still(null), await still(1e9), await still(1e-9)]).toEqual([4, 4, 3]);
  });
  it('names the known results for an unknown one', async () => {
    await expect(build().fit(x, y, { callbacks: [callbacks.earlyStopping({ monitor: 'vlaLoss' })] })).rejects.toThrow(/unknown monitor of earlyStopping 'vlaLoss'/);
  });
});

describe('other callbacks', () => {
  test('learningRateScheduler sets the rate of every epoch', async () => {
    const seen: number[] = [];
    const net = build(0.1);
    const watch: Callback = { onEpochEnd: async () => void seen.push(await net.getLearningRate()) };
    await net.fit(x, y, { epochs: 3, callbacks: [callbacks.learningRateScheduler((_, rate) => rate / 2), watch] });
    seen.forEach((rate, i) => expect(rate).toBeCloseTo(0.1 / 2 ** (i + 1), 6));
    expect(seen).toHaveLength(3);
  });
  test('reduceLROnPlateau lowers the rate when nothing gets better', async () => {
    const seen: number[] = [];
    const net = build(1e-30);
    const watch: Callback = { onEpochEnd: async () => void seen.push(await net.getLearningRate()) };
    await net.fit(x, y, { epochs: 5, shuffle: false, callbacks: [callbacks.reduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 2 }), watch] });
    expect(seen.map((rate) => rate / 1e-30).map((r) => Number(r.toFixed(4)))).toEqual([1, 1, 0.5, 0.5, 0.25]);
  });
  test('terminateOnNaN ends a fit whose loss is no number', async () => {
    const { epoch, history } = await build(1e20).fit(x, y, { epochs: 9, batchSize: 4, callbacks: [callbacks.terminateOnNaN()] });
    expect(epoch.length).toBeLessThan(9);
    expect(Number.isFinite(history.loss?.at(-1))).toBe(false);
  });
});

describe('modelCheckpoint', () => {
  test('saves every epoch under its own name', async () => {
    const path = join(folder, 'all', 'net-{epoch:02d}.safetensors');
    const net = build();
    const perEpoch: number[][][] = [];
    await net.fit(x, y, { epochs: 3, callbacks: [callbacks.modelCheckpoint({ path }), { onEpochEnd: async () => void perEpoch.push(await weightsOf(net)) }] });
    expect((await readdir(join(folder, 'all'))).sort()).toEqual(['net-01.safetensors', 'net-02.safetensors', 'net-03.safetensors']);
    expect(await weightsOf((await loadModel(join(folder, 'all', 'net-02.safetensors'))) as unknown as Net)).toEqual(perEpoch[1]);
  });
  test('saves the best only', async () => {
    const path = join(folder, 'best', '{epoch}-{valLoss:.3f}.safetensors');
    const { history } = await build().fit(x, y, { epochs: 5, validationSplit: 0.25, callbacks: [rates(0.05, 0.05, 0.05, 3, 3), callbacks.modelCheckpoint({ path, saveBestOnly: true })] });
    let best = Infinity;
    const expected = (history.valLoss as number[]).flatMap((loss, i) => {
      if (loss >= best) return [];
      best = loss;
      return [`${i + 1}-${loss.toFixed(3)}.safetensors`];
    });
    expect((await readdir(join(folder, 'best'))).sort()).toEqual(expected.sort());
    expect(expected.length).toBeLessThan(5);
  });
  test('saves weights alone, every so many batches', async () => {
    const path = join(folder, 'weights.safetensors');
    const net = build();
    const after: number[][][] = [];
    await net.fit(x, y, { batchSize: 10, callbacks: [{ onBatchEnd: async () => void after.push(await weightsOf(net)) }, callbacks.modelCheckpoint({ path, saveFreq: 3, saveWeightsOnly: true })] });
    const other = build();
    await other.loadWeights(path);
    expect(await weightsOf(other)).toEqual(after[2]);
    await expect(loadModel(path)).rejects.toMatchObject({ name: 'FormatError' });
  });
});
