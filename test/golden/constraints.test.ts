// Constraints after a step, and penalties of regularizers, as Keras recorded them.
import { type ConstraintLike, constraints, defineLayer, initializers, layers, ops, optimizers, type RegularizerLike, regularizers, sequential, loadModel } from 'myelin';
import { describe, expect, it, test } from 'vitest';
import { camel, type Encoded, expectClose, golden, numbers } from './golden.js';

interface Case {
  readonly test: string;
  readonly kind: 'constraint' | 'regularizer';
  readonly cls: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: Encoded;
  readonly output: Encoded;
}
interface Options {
  shape: readonly number[];
  constraint: ConstraintLike | null;
  regularizer: RegularizerLike | null;
}
/** Adds nothing to its input, and has a weight. */
const held = defineLayer<Options>({
  className: 'Held',
  defaults: { shape: [], constraint: null, regularizer: null },
  call(scope, x) {
    const { shape, constraint, regularizer } = scope.config;
    const weight = scope.weight('weight', shape, { initializer: 'zeros', constraint, regularizer });
    return ops.add(x, ops.mul(ops.sum(weight, { axes: shape.map((_, i) => i) }), ops.constant(scope.tracer, { shape: [], dtype: 'float32', value: 0 })));
  },
});
type Factory = (options: object) => ConstraintLike & RegularizerLike;
const registry = { ...constraints, ...regularizers } as unknown as Readonly<Record<string, Factory>>;
const NAMES: Readonly<Record<string, string>> = { L1: 'l1', L2: 'l2', L1L2: 'l1l2' };
const factoryName = (cls: string) => NAMES[cls] ?? cls.charAt(0).toLowerCase() + cls.slice(1);
const make = ({ cls, config }: Case) => (registry[factoryName(cls)] as Factory)(Object.fromEntries(Object.entries(config).map(([key, value]) => [camel(key), value])));

async function modelOf(options: Partial<Options>, weight: Encoded) {
  const model = sequential([held({ shape: weight.shape, inputShape: [1], ...options })]).compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
  await model.setWeights([{ data: Float32Array.from(numbers(weight)), shape: weight.shape }]);
  return model;
}
const cases = golden<Case>('keras_constraints_regularizers.json');

describe('recorded by Keras', () => {
  it.each(cases.map((c, i) => [`${c.cls} ${i} ${c.test.split('::').at(-1)}`, c] as const))('%s', async (_, c) => {
    const model = await modelOf({ [c.kind]: make(c) }, c.input);
    const { loss } = await model.trainOnBatch([[1]], [[1]]);
    const [after] = await model.getWeights();
    if (c.kind === 'constraint') expectClose(after?.data as Float32Array, numbers(c.output));
    else expectClose([loss as number], numbers(c.output));
  });
  test('every constraint and regularizer is among them, or checked below', () => {
    const recorded = new Set(cases.map((c) => factoryName(c.cls)));
    expect(Object.keys(registry).filter((name) => !recorded.has(name))).toEqual(['minMaxNorm', 'unitNorm']);
  });
});

const weight: Encoded = { shape: [3, 2, 4], dtype: 'float32', data: Array.from({ length: 24 }, (_, i) => Math.fround(2 * Math.sin(1 + i))) };
/** Norms over axes of `weight` by the definition. */
const norms = (axes: readonly number[]) => {
  const values = numbers(weight);
  const place = (p: number) => [Math.floor(p / 8), Math.floor(p / 4) % 2, p % 4].map((i, axis) => (axes.includes(axis) ? 0 : i)).join();
  return Float64Array.from(values, (_, p) => Math.sqrt(values.reduce((sum, v, q) => sum + (place(p) === place(q) ? v * v : 0), 0)));
};

test.each([[[0]], [[1]], [[0, 2]], [[0, 1, 2]], [[-1]]])('norms over the axes %j', async (axis) => {
  const norm = norms(axis.map((a) => (a < 0 ? a + 3 : a)));
  const expected = {
    unitNorm: (v: number, p: number) => v / (1e-7 + (norm[p] as number)),
    maxNorm: (v: number, p: number) => (v * Math.min(norm[p] as number, 1.5)) / (1e-7 + (norm[p] as number)),
    minMaxNorm: (v: number, p: number) => (v * (0.7 * Math.min(Math.max(norm[p] as number, 2), 3) + 0.3 * (norm[p] as number))) / (1e-7 + (norm[p] as number)),
  };
  const made = { unitNorm: constraints.unitNorm({ axis }), maxNorm: constraints.maxNorm({ axis, maxValue: 1.5 }), minMaxNorm: constraints.minMaxNorm({ axis, minValue: 2, maxValue: 3, rate: 0.7 }) };
  for (const [name, by] of Object.entries(expected)) {
    const model = await modelOf({ constraint: made[name as keyof typeof made] }, weight);
    await model.trainOnBatch([[1]], [[1]]);
    expectClose((await model.getWeights())[0]?.data as Float32Array, numbers(weight).map(by), { what: name });
  }
});

test('a constrained layer keeps to it in a fit, is saved with it, and is free when it is frozen', async () => {
  const bias = initializers.constant({ value: -2 });
  const make = () =>
    sequential([layers.dense({ units: 3, inputShape: [2], kernelConstraint: constraints.maxNorm({ maxValue: 0.5 }), biasConstraint: 'nonNeg', biasInitializer: bias })]).compile({
      optimizer: 'sgd',
      loss: 'mse',
    });
  const model = make();
  const [x, y] = [
    [
      [1, 2],
      [3, -4],
      [5, 6],
    ],
    [
      [9, -9, 5],
      [0, 3, -5],
      [7, 7, 7],
    ],
  ];
  await model.fit(x, y, { epochs: 20, batchSize: 1 });
  const kept = async (m: { getWeights(): Promise<readonly { data: ArrayLike<number> }[]> }) => {
    const [kernel, b] = (await m.getWeights()).map((w) => Array.from(w.data)) as [number[], number[]];
    for (let j = 0; j < 3; j++) expect(Math.hypot(kernel[j] as number, kernel[3 + j] as number)).toBeLessThan(0.5001);
    for (const v of b) expect(v).toBeGreaterThanOrEqual(0);
  };
  await kept(model);
  const again = await loadModel(await model.toBytes());
  await again.fit(x, y, { epochs: 5, batchSize: 1 });
  await kept(again);
  const frozen = make();
  const [layer] = frozen.layers;
  if (layer) layer.trainable = false;
  await frozen.compile({ optimizer: 'sgd', loss: 'mse' }).fit(x, y);
  expect(Array.from((await frozen.getWeights())[1]?.data as Float32Array)).toEqual([-2, -2, -2]);
});

test('what no weight can keep to is refused', () => {
  expect(() => constraints.maxNorm({ maxValue: -1 })).toThrow(/from 0 up/);
  expect(() => sequential([layers.dense({ units: 1, inputShape: [2], biasConstraint: constraints.unitNorm({ axis: 1 }) })]).summary({ print: false })).toThrow(/dense\/bias: unitNorm has the axis 1/);
});
