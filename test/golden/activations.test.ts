import { type ActivationLike, activations, layers, sequential } from 'myelin';
import { describe, expect, it, test } from 'vitest';
import { expectClose, flat, golden } from './golden.js';

const SELU = [1.0507009873554805, 1.6732632423543772] as const;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const hardSigmoid = (x: number) => Math.min(Math.max(x + 3, 0), 6) / 6;

/** The error function by its series near 0 and its continued fraction far away. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 3) {
    let f = 0;
    for (let k = 60; k > 0; k--) f = k / 2 / (a + f);
    return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + f)));
  }
  let [term, sum] = [a, a];
  for (let n = 1; n < 80; n++) {
    term *= (-a * a) / n;
    sum += term / (2 * n + 1);
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
}

const FORMULAS: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  leakyRelu: (x) => (x >= 0 ? x : 0.2 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => SELU[0] * (x > 0 ? x : SELU[1] * Math.expm1(x)),
  celu: (x) => Math.max(x, 0) + Math.min(Math.expm1(x), 0),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  silu: (x) => x * sigmoid(x),
  swish: (x) => x * sigmoid(x),
  sigmoid,
  tanh: Math.tanh,
  hardSigmoid,
  hardSilu: (x) => x * hardSigmoid(x),
  hardTanh: (x) => Math.min(Math.max(x, -1), 1),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  mish: (x) => x * Math.tanh(softplus(x)),
  exponential: Math.exp,
  logSigmoid: (x) => -softplus(-x),
  hardShrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  softShrink: (x) => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0),
  tanhShrink: (x) => x - Math.tanh(x),
  squareplus: (x) => (x + Math.sqrt(x * x + 4)) / 2,
  threshold: (x) => Math.max(x, 0),
  sparsePlus: (x) => (x <= -1 ? 0 : x < 1 ? (x + 1) ** 2 / 4 : x),
  sparseSigmoid: (x) => Math.min(Math.max((x + 1) / 2, 0), 1),
};
const OVER_AN_AXIS = ['softmax', 'logSoftmax'];

async function run(activation: ActivationLike, rows: readonly (readonly number[])[]): Promise<number[]> {
  const model = sequential([layers.activation({ activation, inputShape: [rows[0]?.length as number] })]);
  const { data } = await model.predict(rows);
  await model.dispose();
  return [...data];
}

/** From −12 to 12, closer around 0, with the corners of all pieces. */
const GRID = Float32Array.from({ length: 481 }, (_, i) => ((i - 240) / 20) * Math.abs((i - 240) / 240));
const INPUTS = [...GRID, -0.5, 0.5, -1, 1, -3, 3, 6, 7, 1e-4, -1e-4, 1e-7, -1e-7].map(Math.fround);

test('every activation has a formula here', () => {
  expect(Object.keys(activations).sort()).toEqual([...Object.keys(FORMULAS), ...OVER_AN_AXIS].sort());
});

describe('formulas in double precision', () => {
  it.each(Object.keys(FORMULAS))('%s', async (name) => {
    const formula = FORMULAS[name] as (x: number) => number;
    expectClose(await run(name as never, [INPUTS]), INPUTS.map(formula), { rtol: 2e-6, atol: 5e-7, what: name });
  });
  it.each([
    ['relu', activations.relu({ negativeSlope: 0.5, maxValue: 4, threshold: 1 }), (x: number) => (x > 4 ? 4 : x > 1 ? x : 0.5 * (x - 1))],
    ['leakyRelu', activations.leakyRelu({ negativeSlope: 0.05 }), (x: number) => (x >= 0 ? x : 0.05 * x)],
    ['elu', activations.elu({ alpha: 0.7 }), (x: number) => (x > 0 ? x : 0.7 * Math.expm1(x))],
    ['celu', activations.celu({ alpha: 2 }), (x: number) => Math.max(x, 0) + Math.min(2 * Math.expm1(x / 2), 0)],
    ['gelu', activations.gelu({ approximate: true }), (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
    ['hardShrink', activations.hardShrink({ threshold: 2 }), (x: number) => (Math.abs(x) > 2 ? x : 0)],
    ['softShrink', activations.softShrink({ threshold: 2 }), (x: number) => Math.sign(x) * Math.max(Math.abs(x) - 2, 0)],
    ['squareplus', activations.squareplus({ b: 1 }), (x: number) => (x + Math.sqrt(x * x + 1)) / 2],
    ['threshold', activations.threshold({ threshold: 1, value: -7 }), (x: number) => (x > 1 ? x : -7)],
  ] as const)('%s with options', async (name, activation, formula) => {
    expectClose(await run(activation, [INPUTS]), INPUTS.map(formula), { rtol: 2e-6, atol: 5e-7, what: name });
  });
});

describe('softmax and logSoftmax', () => {
  const rows = [
    [1, 2, 3],
    [-5, 0, 900],
    [0.1, 0.1, 0.1],
    [-1000, -1001, -1002],
  ];
  const logSoftmax = (row: readonly number[]) => {
    const most = Math.max(...row);
    const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
    return row.map((x) => x - most - total);
  };
  it('over the last axis', async () => {
    expectClose(
      await run('softmax', rows),
      rows.flatMap((r) => logSoftmax(r).map(Math.exp)),
      { rtol: 2e-6, atol: 1e-12 },
    );
    expectClose(await run('logSoftmax', rows), rows.flatMap(logSoftmax), { rtol: 2e-6, atol: 2e-7 });
  });
  it('over another axis', async () => {
    const cube = { data: Float32Array.from({ length: 24 }, (_, i) => Math.sin(i) * 3), shape: [2, 3, 4] };
    const model = sequential([layers.activation({ activation: activations.softmax({ axis: 1 }), inputShape: [3, 4] })]);
    const { data } = await model.predict(cube);
    const desired = new Float64Array(24);
    for (let b = 0; b < 2; b++) {
      for (let c = 0; c < 4; c++) {
        const places = [0, 1, 2].map((r) => b * 12 + r * 4 + c);
        logSoftmax(places.map((p) => cube.data[p] as number)).forEach((l, i) => {
          desired[places[i] as number] = Math.exp(l);
        });
      }
    }
    expectClose(data, desired, { rtol: 2e-6 });
  });
});

interface Assert {
  readonly test: string;
  readonly src: string;
  readonly desired: unknown;
}
/** Cases of Keras whose inputs are literals in its tests. */
const LITERAL: readonly (readonly [test: string, activation: ActivationLike, input: readonly number[], pick: (src: string) => boolean])[] = [
  ['test_relu_negative_slope', activations.relu({ negativeSlope: 0.5 }), [-10, -5, 0, 5, 10], () => true],
  ['test_relu_max_value', activations.relu({ maxValue: 5 }), [-10, -5, 0, 5, 10], () => true],
  ['test_relu_threshold', activations.relu({ threshold: 5 }), [-10, -5, 0, 5, 10], () => true],
  ['test_relu_combined_threshold_and_max_value', activations.relu({ threshold: 5, maxValue: 5 }), [-10, -5, 0, 5, 10], () => true],
  ['test_relu_combined_all_parameters', activations.relu({ negativeSlope: 0.5, maxValue: 5, threshold: 5 }), [-10, -5, 0, 5, 10], () => true],
  ['test_relu_to_trigger_relu6', 'relu6', [-10, -5, 0, 5, 6, 12], () => true],
  ['test_relu_to_trigger_leaky', activations.leakyRelu({ negativeSlope: 0.5 }), [-10, -5, 0, 5, 10], () => true],
  ['test_elu', 'elu', [-1, -2], (src) => src.includes('true_result')],
  ['test_selu', 'selu', [1, 2], (src) => src.includes('positive_values')],
  ['test_selu', 'selu', [-1, -2], (src) => src.includes('true_result')],
];

describe('recorded by Keras', () => {
  const cases = golden<Assert>('keras_activation_asserts.json');
  it.each(LITERAL)('%s', async (name, activation, input, pick) => {
    const found = cases.filter((c) => c.test.endsWith(`::${name}`) && pick(c.src) && flat(c.desired).length === input.length);
    expect(found.length).toBeGreaterThan(0);
    for (const { desired } of found) expectClose(await run(activation, [input]), flat(desired), { what: name });
  });
});
