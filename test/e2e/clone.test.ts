import { cloneModel, functional, input, layers, regularizers, sequential } from 'myelin';
import { expect, test } from 'vitest';

const x = { data: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)), shape: [4, 6] };

test('a clone has the same layers and options, and weights of its own', async () => {
  const model = sequential([
    layers.dense({ units: 5, activation: 'tanh', kernelRegularizer: regularizers.l2({ l2: 0.1 }), name: 'first', inputShape: [6] }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 2 }),
  ]).compile({ optimizer: 'sgd', loss: 'mse' });
  model.getLayer({ name: 'first' }).trainable = false;
  const clone = cloneModel(model);
  expect(clone.summary({ print: false })).toBe(model.summary({ print: false }));
  expect(clone.layers.map((l) => l.config)).toEqual(model.layers.map((l) => l.config));
  clone.layers.forEach((layer, i) => expect(layer).not.toBe(model.layers[i]));
  const before = await clone.getWeights();
  expect(before).not.toEqual(await model.getWeights());
  await model.fit(
    x,
    [
      [1, 1],
      [0, 0],
      [1, 0],
      [0, 1],
    ],
    { verbose: 0 },
  );
  expect(await clone.getWeights()).toEqual(before);
  await clone.setWeights(await model.getWeights());
  expect(await clone.predict(x)).toEqual(await model.predict(x));
  await expect(
    clone.evaluate(x, [
      [1, 1],
      [0, 0],
      [1, 0],
      [0, 1],
    ]),
  ).rejects.toThrow(/must be compiled first/);
});

test('layers that take numbers from data do so anew', async () => {
  const model = sequential([layers.normalization({ inputShape: [6] }).adapt(x), layers.dense({ units: 1 })]);
  const clone = cloneModel(model);
  (clone.layers[0] as ReturnType<typeof layers.normalization>).adapt(x);
  await clone.setWeights(await model.getWeights());
  expect(await clone.predict(x)).toEqual(await model.predict(x));
});

test('wrapped layers, models inside, shared layers, several inputs and outputs', async () => {
  const a = input({ shape: [3, 2], name: 'left' });
  const b = input({ shape: [3, 2], name: 'right' });
  const shared = layers.bidirectional({ layer: layers.lstm({ units: 2 }) });
  const inner = sequential([layers.dense({ units: 2, inputShape: [4] })], { name: 'inner' });
  const both = layers.add().apply(inner.apply(shared.apply(a)), inner.apply(shared.apply(b)));
  const steps = layers.timeDistributed({ layer: layers.dense({ units: 3 }) }).apply(a);
  const model = functional({ inputs: { left: a, right: b }, outputs: { both, steps } });
  const clone = cloneModel(model);
  expect(clone.countParams()).toBe(model.countParams());
  const data = { data: x.data.slice(0, 12), shape: [2, 3, 2] };
  const given = { left: data, right: { ...data, data: data.data.map((v) => v / 2) } };
  const first = await clone.predict(given);
  expect(first.both.data).not.toEqual((await model.predict(given)).both.data);
  await clone.setWeights(await model.getWeights());
  expect(await clone.predict(given)).toEqual(await model.predict(given));
});
