// Every layer comes back from a file, and from a clone, as what it was.
import { cloneModel, functional, input, loadModel, ops, setRandomSeed } from 'myelin';
import { beforeEach, expect, test } from 'vitest';
import { CASES, made } from './layer_cases.js';

const rows = 3;
const custom = { function: (x: never) => ops.mul(x, ops.sigmoid(x)) };

beforeEach(() => setRandomSeed(8));

test.each(Object.entries(CASES))('%s', async (_, given) => {
  const { shapes, indices, batch = false } = given;
  const symbols = shapes.map((shape) => input({ shape, dtype: indices ? 'int32' : 'float32', batchSize: batch ? rows : null }));
  const model = functional({ inputs: symbols, outputs: [...made(given).apply(...symbols).all] });
  const data = shapes.map((shape, k) => {
    const n = rows * shape.reduce((a, b) => a * b, 1);
    return { data: Float32Array.from({ length: n }, (_, i) => (indices ? (7 * i) % indices : Math.sin(12.9898 * (i + 1) + k))), shape: [rows, ...shape] };
  });
  const expected = await model.predict(data);
  const loaded = await loadModel(await model.toBytes(), { custom });
  expect(loaded.layers.map((l) => l.name)).toEqual(model.layers.map((l) => l.name));
  expect(loaded.summary({ print: false })).toBe(model.summary({ print: false }));
  expect(await loaded.predict(data as never)).toEqual(expected);
  const clone = cloneModel(model);
  expect(clone.core.graph.weights.map(({ path }) => path)).toEqual(model.core.graph.weights.map(({ path }) => path));
  await clone.setWeights(await model.getWeights());
  expect(await clone.predict(data)).toEqual(expected);
});
