// States that go from batch to batch: a sequence in parts must be what the whole sequence is.
import { defineLayer, functional, input, layers, loadModel, ops, optimizers, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

const numbers = (n: number, from = 0) => Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + from + 1)));
const [rows, steps, features, units] = [3, 4, 2, 5];

type Layer = ReturnType<typeof layers.dense>;
const KINDS: Record<string, { readonly shape: readonly number[]; readonly make: (options: object) => unknown }> = {
  lstm: { shape: [features], make: (o) => layers.lstm({ units, ...o }) },
  'lstm step by step': { shape: [features], make: (o) => layers.lstm({ units, activation: 'softsign', ...o }) },
  gru: { shape: [features], make: (o) => layers.gru({ units, ...o }) },
  'gru, the reset before': { shape: [features], make: (o) => layers.gru({ units, resetAfter: false, ...o }) },
  simpleRNN: { shape: [features], make: (o) => layers.simpleRNN({ units, ...o }) },
  rnn: { shape: [features], make: (o) => layers.rnn({ cell: [layers.gruCell({ units: 3 }), layers.lstmCell({ units: 2 })], ...o }) },
  convLstm1d: { shape: [4, features], make: (o) => layers.convLstm1d({ filters: 2, kernelSize: 3, padding: 'same', ...o }) },
  convLstm2d: { shape: [features, 3, 4], make: (o) => layers.convLstm2d({ filters: 2, kernelSize: 2, dataFormat: 'channelsFirst', ...o }) },
};

beforeEach(() => setRandomSeed(7));

describe.each(Object.entries(KINDS))('%s', (_, { shape, make }) => {
  const size = shape.reduce((a, b) => a * b, 1);
  /** All rows of twice as many steps, and their two halves. */
  const whole = { data: numbers(rows * 2 * steps * size), shape: [rows, 2 * steps, ...shape] };
  const half = (k: number) => {
    const data = Float32Array.from({ length: rows * steps * size }, (_, i) => {
      const [row, rest] = [Math.floor(i / (steps * size)), i % (steps * size)];
      return whole.data[(2 * row + k) * steps * size + rest] as number;
    });
    return { data, shape: [rows, steps, ...shape] };
  };
  const single = (length: number, options: object) => {
    const x = input({ shape: [length, ...shape], batchSize: rows });
    return functional({ inputs: x, outputs: (make(options) as Layer).apply(x) });
  };

  test('two halves are the whole, in prediction, whatever the output', async () => {
    const reference = single(2 * steps, {});
    const model = single(steps, { stateful: true });
    await model.setWeights(await reference.getWeights());
    const wanted = await reference.predict(whole as never);
    const first = await model.predict(half(0) as never);
    const second = await model.predict(half(1) as never);
    expect(second.shape).toEqual(wanted.shape);
    second.data.forEach((v, i) => expect(v).toBeCloseTo(wanted.data[i] as number, 6));
    // The third goes on; after a reset all begins anew.
    expect((await model.predict(half(0) as never)).data).not.toEqual(first.data);
    await model.resetStates();
    expect((await model.predict(half(0) as never)).data).toEqual(first.data);
    expect(await model.getWeights()).toEqual(await reference.getWeights());
  });

  test('rows of several batches go on row by row', async () => {
    const model = single(steps, { stateful: true, returnSequences: true });
    const [a, b] = [await model.predict(half(0) as never), await model.predict(half(1) as never)];
    await model.resetStates();
    const both = await model.predict({ data: Float32Array.from([...half(0).data, ...half(1).data]), shape: [2 * rows, steps, ...shape] } as never);
    expect([...both.data]).toEqual([...a.data, ...b.data]);
  });
});

const series = (options: object = {}) => layers.lstm({ units, stateful: true, batchInputShape: [rows, steps, features], ...options });
const x = { data: numbers(4 * rows * steps * features), shape: [4 * rows, steps, features] };
const y = { data: numbers(4 * rows, 5), shape: [4 * rows, 1] };
const rowsOf = ({ data, shape }: typeof x, from: number, to: number) => ({
  data: data.slice((from * data.length) / (shape[0] as number), (to * data.length) / (shape[0] as number)),
  shape: [to - from, ...shape.slice(1)],
});
const build = () => sequential([series(), layers.dense({ units: 1 })]).compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: 'mse' });

test('training, evaluation and prediction carry the same states', async () => {
  const predicting = build();
  const wanted = await predicting.predict(x);
  const loss = y.data.reduce((sum, v, i) => sum + (v - (wanted.data[i] as number)) ** 2, 0) / y.data.length;
  const weights = await predicting.getWeights();
  const evaluated = build();
  await evaluated.setWeights(weights);
  expect((await evaluated.evaluate(x, y)).loss).toBeCloseTo(loss, 6);
  const fitted = build();
  await fitted.setWeights(weights);
  const { history } = await fitted.fit(x, y, { epochs: 2, shuffle: false });
  expect(history.loss[0]).toBeCloseTo(loss, 6);
  // The second epoch goes on from the first.
  expect(Math.abs((history.loss[1] as number) - loss)).toBeGreaterThan(1e-5);
  // One batch after the other, by any of the calls.
  const mixed = build();
  await mixed.setWeights(weights);
  const losses: number[] = [];
  for (let b = 0; b < 4; b++) {
    const [xb, yb] = [rowsOf(x, b * rows, (b + 1) * rows), rowsOf(y, b * rows, (b + 1) * rows)];
    if (b === 2) expect((await mixed.predict(xb)).data).toEqual(wanted.data.slice(b * rows, (b + 1) * rows));
    else losses.push((await (b % 2 ? mixed.trainOnBatch(xb, yb) : mixed.testOnBatch(xb, yb))).loss);
  }
  const own = (b: number) => wanted.data.slice(b * rows, (b + 1) * rows).reduce((sum, v, i) => sum + (v - (y.data[b * rows + i] as number)) ** 2, 0) / rows;
  [0, 1, 3].forEach((b, i) => expect(losses[i]).toBeCloseTo(own(b), 6));
  // What only looks leaves them alone.
  const before = await mixed.predict(rowsOf(x, 0, rows));
  await mixed.resetStates();
  for (let b = 0; b < 4; b++) await mixed.predict(rowsOf(x, b * rows, (b + 1) * rows));
  await mixed.gradients(rowsOf(x, 0, rows), rowsOf(y, 0, rows));
  await mixed.profile(x, y, { steps: 3 });
  expect((await mixed.predict(rowsOf(x, 0, rows))).data).toEqual(before.data);
});

test('both directions carry states, each its own, and a layer resets those inside it', async () => {
  const both = layers.bidirectional({ layer: layers.gru({ units, stateful: true }), batchInputShape: [rows, steps, features] });
  const model = sequential([both]);
  const one = rowsOf(x, 0, rows);
  const [first, second] = [await model.predict(one), await model.predict(one)];
  for (const from of [0, units]) expect([...second.data.slice(from, from + units)]).not.toEqual([...first.data.slice(from, from + units)]);
  await both.resetStates();
  expect((await model.predict(one)).data).toEqual(first.data);
});

test('first states that are given come before those that were carried', async () => {
  const sequence = input({ shape: [steps, features], batchSize: rows });
  const state = input({ shape: [units], batchSize: rows });
  const model = functional({ inputs: [sequence, state], outputs: [layers.gru({ units, stateful: true }).apply(sequence, state)] });
  const given = [rowsOf(x, 0, rows), { data: numbers(rows * units), shape: [rows, units] }] as const;
  const [first, second] = [await model.predict(given), await model.predict(given)];
  expect(second).toEqual(first);
});

test('a layer called twice in a model goes on in its second call', async () => {
  setRandomSeed(3);
  const a = input({ shape: [steps, features], batchSize: rows });
  const b = input({ shape: [steps, features], batchSize: rows });
  const shared = layers.lstm({ units, stateful: true });
  const model = functional({ inputs: [a, b], outputs: [shared.apply(a), shared.apply(b)] });
  const [p, q] = [rowsOf(x, 0, rows), rowsOf(x, rows, 2 * rows)];
  const [first, second] = (await model.predict([p, q])) as unknown as readonly { data: Float32Array }[];
  const alone = functional({ inputs: a, outputs: layers.lstm({ units, stateful: true }).apply(a) });
  await alone.setWeights(await model.getWeights());
  expect((await alone.predict(p)).data).toEqual(first?.data);
  expect((await alone.predict(q)).data).toEqual(second?.data);
});

test('states are no weights: they stay out of files, counts and lists, and stay when weights are set', async () => {
  const model = build();
  expect((await model.getWeights()).map(({ shape }) => shape)).toEqual([[features, 4 * units], [units, 4 * units], [4 * units], [units, 1], [1]]);
  expect(model.countParams()).toBe(4 * units * (features + units + 1) + units + 1);
  const one = rowsOf(x, 0, rows);
  const first = await model.predict(one);
  const second = await model.predict(one);
  const loaded = await loadModel(await model.toBytes());
  expect((await loaded.predict(one)).data).toEqual(first.data);
  expect((await loaded.predict(one)).data).toEqual(second.data);
  await loaded.resetStates();
  await loaded.predict(one);
  await loaded.setWeights(await model.getWeights());
  expect((await loaded.predict(one)).data).toEqual(second.data);
});

test('layers of one’s own may carry states', async () => {
  const counter = defineLayer<object>({
    className: 'RunningSum',
    defaults: {},
    call(scope, x) {
      const sum = ops.add(scope.state('sum', x.shape), x);
      scope.carry('sum', sum);
      return sum;
    },
  });
  const a = input({ shape: [2], batchSize: 1 });
  const model = functional({ inputs: a, outputs: counter().apply(a) });
  const sums = [];
  for (let i = 0; i < 3; i++) sums.push([...(await model.predict([[1, i]])).data]);
  expect(sums).toEqual([
    [1, 0],
    [2, 1],
    [3, 3],
  ]);
});

describe('is refused with what to do', () => {
  test('without a batch that the inputs fix', () => {
    expect(() => layers.lstm({ units, stateful: true }).apply(input({ shape: [steps, features] }))).toThrow(
      /all batches need one size: fix it by input\({ shape, batchSize }\), or by batchInputShape/,
    );
    expect(() => sequential([layers.gru({ units, stateful: true, inputShape: [steps, features] })]).summary({ print: false })).toThrow(/batchInputShape of the first layer/);
  });
  test('rows that do not fill batches, and another batch size', async () => {
    const model = build();
    const [xs, ys] = [rowsOf(x, 0, rows + 1), rowsOf(y, 0, rows + 1)];
    await expect(model.predict(xs)).rejects.toThrow("x: 4 rows can't be cut into the batches of 3 rows that the model's inputs fix; pass a multiple of 3");
    await expect(model.fit(xs, ys)).rejects.toThrow(/fit: 4 rows can't be cut/);
    await expect(model.fit(x, y, { validationSplit: 0.1 })).rejects.toThrow(/fit: 10 rows can't be cut/);
    await expect(model.fit(x, y, { validationData: [xs, ys] })).rejects.toThrow(/fit: validationData: 4 rows can't be cut/);
    await expect(model.evaluate(xs, ys)).rejects.toThrow(/evaluate: 4 rows can't be cut/);
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(/fix batches of 3 rows, received 12 rows/);
    await expect(model.fit(x, y, { batchSize: 6 })).rejects.toThrow(/fix batches of 3 rows, received a batchSize of 6/);
    await model.fit(x, y, { validationSplit: 0.25, shuffle: false });
  });
});
