import { type InitializerLike, initializers, layers, sequential, setRandomSeed } from 'myelin';
import { afterEach, describe, expect, it, test } from 'vitest';

/** First weights of a kernel of this shape. */
async function kernel(initializer: InitializerLike, [rows, columns]: readonly [number, number], { seed = 5, name = 'dense' } = {}): Promise<Float32Array> {
  setRandomSeed(seed);
  const model = sequential([layers.dense({ units: columns, useBias: false, kernelInitializer: initializer, inputShape: [rows], name })]);
  const [weight] = await model.getWeights();
  await model.dispose();
  return (weight as { data: Float32Array }).data;
}
const sum = (v: Iterable<number>) => [...v].reduce((a, b) => a + b, 0);
const mean = (v: Float32Array) => sum(v) / v.length;
/** Mean of the k-th powers of the distances from the mean. */
const central = (v: Float32Array, k: number) => {
  const middle = mean(v);
  return sum([...v].map((x) => (x - middle) ** k)) / v.length;
};
const deviation = (v: Float32Array) => Math.sqrt(central(v, 2));
const moment = (v: Float32Array, k: number) => central(v, k) / deviation(v) ** k;

const [IN, OUT] = [300, 100];
const N = IN * OUT;
/** Standard deviation of a standard normal cut at ±2, and its fourth moment. */
const CUT = 0.87962566103423978;
const KURTOSIS = { uniform: 1.8, normal: 3, truncated: 2.3655 } as const;

const FANS = { fanIn: IN, fanOut: OUT, fanAvg: (IN + OUT) / 2 } as const;
type Kind = keyof typeof KURTOSIS;
const TABLE: readonly (readonly [name: string, initializer: InitializerLike, kind: Kind, mean: number, deviation: number])[] = [
  ['glorotUniform', 'glorotUniform', 'uniform', 0, Math.sqrt(1 / FANS.fanAvg)],
  ['glorotNormal', 'glorotNormal', 'truncated', 0, Math.sqrt(1 / FANS.fanAvg)],
  ['heUniform', 'heUniform', 'uniform', 0, Math.sqrt(2 / FANS.fanIn)],
  ['heNormal', 'heNormal', 'truncated', 0, Math.sqrt(2 / FANS.fanIn)],
  ['lecunUniform', 'lecunUniform', 'uniform', 0, Math.sqrt(1 / FANS.fanIn)],
  ['lecunNormal', 'lecunNormal', 'truncated', 0, Math.sqrt(1 / FANS.fanIn)],
  ['randomUniform', 'randomUniform', 'uniform', 0, 0.1 / Math.sqrt(12)],
  ['randomUniform with bounds', initializers.randomUniform({ minval: 1, maxval: 3 }), 'uniform', 2, 2 / Math.sqrt(12)],
  ['randomNormal', 'randomNormal', 'normal', 0, 0.05],
  ['randomNormal with moments', initializers.randomNormal({ mean: -2, stddev: 3 }), 'normal', -2, 3],
  ['truncatedNormal', 'truncatedNormal', 'truncated', 0, 0.05 * CUT],
  ['truncatedNormal with moments', initializers.truncatedNormal({ mean: 4, stddev: 2 }), 'truncated', 4, 2 * CUT],
  ['varianceScaling', 'varianceScaling', 'truncated', 0, Math.sqrt(1 / FANS.fanIn)],
  ['varianceScaling over fanOut', initializers.varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'uniform' }), 'uniform', 0, Math.sqrt(3 / FANS.fanOut)],
  ['varianceScaling, normal', initializers.varianceScaling({ scale: 0.5, mode: 'fanAvg', distribution: 'untruncatedNormal' }), 'normal', 0, Math.sqrt(0.5 / FANS.fanAvg)],
];

afterEach(() => setRandomSeed(null));

describe('moments and bounds', () => {
  it.each(TABLE)('%s', async (_, initializer, kind, mu, sigma) => {
    const values = await kernel(initializer, [IN, OUT]);
    // Five standard errors.
    expect(Math.abs(mean(values) - mu)).toBeLessThan((5 * sigma) / Math.sqrt(N));
    const spread = Math.sqrt((KURTOSIS[kind] - 1) / (4 * N));
    expect(Math.abs(deviation(values) / sigma - 1)).toBeLessThan(5 * spread);
    expect(Math.abs(moment(values, 3))).toBeLessThan(0.08);
    expect(Math.abs(moment(values, 4) - KURTOSIS[kind])).toBeLessThan(kind === 'normal' ? 0.15 : 0.06);
    const limit = kind === 'uniform' ? Math.sqrt(3) * sigma : kind === 'truncated' ? (2 * sigma) / CUT : Infinity;
    const farthest = Math.max(...values.map((v) => Math.abs(v - mu)));
    expect(farthest).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(farthest).toBeGreaterThan(kind === 'normal' ? 3.2 * sigma : 0.99 * limit);
  });
  it('neighbours are not alike', async () => {
    const values = await kernel('randomNormal', [IN, OUT]);
    for (const lag of [1, 2, 4, OUT]) {
      const correlation = sum(values.slice(lag).map((v, i) => v * (values[i] as number))) / (N - lag) / 0.0025;
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(N));
    }
  });
});

describe('fixed values', () => {
  it.each([
    ['zeros', 'zeros', 0],
    ['ones', 'ones', 1],
    ['constant', initializers.constant({ value: -2.5 }), -2.5],
  ] as const)('%s', async (_, initializer, value) => {
    expect([...new Set(await kernel(initializer, [3, 5]))]).toEqual([value]);
  });
  it('identity, also where the matrix is not square', async () => {
    const values = await kernel(initializers.identity({ gain: 2 }), [2, 3]);
    expect([...values]).toEqual([2, 0, 0, 0, 2, 0]);
  });
  it.each([
    [6, 4],
    [4, 6],
    [5, 5],
  ] as const)('orthogonal %i × %i', async (rows, columns) => {
    const q = await kernel(initializers.orthogonal({ gain: 3 }), [rows, columns]);
    const short = Math.min(rows, columns);
    const vector = (i: number) => (rows >= columns ? Array.from({ length: rows }, (_, r) => q[r * columns + i] as number) : [...q.slice(i * columns, (i + 1) * columns)]);
    for (let a = 0; a < short; a++) for (let b = 0; b < short; b++) expect(sum(vector(a).map((v, i) => v * (vector(b)[i] as number)))).toBeCloseTo(a === b ? 9 : 0, 4);
  });
});

describe('seeds', () => {
  it('the same seed gives the same weights, another one others', async () => {
    const first = await kernel('glorotUniform', [8, 8], { seed: 1 });
    expect(await kernel('glorotUniform', [8, 8], { seed: 1 })).toEqual(first);
    expect(await kernel('glorotUniform', [8, 8], { seed: 2 })).not.toEqual(first);
    expect(await kernel('glorotUniform', [8, 8], { seed: 2 ** 32 + 1 })).not.toEqual(first);
  });
  it("weights depend on the layer's name, not on the order of creation", async () => {
    const build = async (names: readonly string[]) => {
      setRandomSeed(3);
      const model = sequential(names.map((name, i) => layers.dense({ units: 4, name, ...(i === 0 && { inputShape: [4] }) })));
      const weights = await model.getWeights();
      return new Map(names.map((name, i) => [name, weights[2 * i]?.data]));
    };
    const [forth, back] = [await build(['left', 'right']), await build(['right', 'left'])];
    expect(forth.get('left')).toEqual(back.get('left'));
    expect(forth.get('right')).toEqual(back.get('right'));
    expect(forth.get('left')).not.toEqual(forth.get('right'));
  });
  it("an initializer's own seed is stronger than the model's", async () => {
    const own = initializers.heNormal({ seed: 7 });
    const first = await kernel(own, [8, 8], { seed: 1, name: 'one' });
    expect(await kernel(own, [8, 8], { seed: 2, name: 'two' })).toEqual(first);
    expect(await kernel(initializers.heNormal({ seed: 8 }), [8, 8], { seed: 1, name: 'one' })).not.toEqual(first);
  });
  it('without a seed every model begins elsewhere', async () => {
    setRandomSeed(null);
    const build = async () => (await sequential([layers.dense({ units: 4, inputShape: [4] })]).getWeights())[0]?.data;
    expect(await build()).not.toEqual(await build());
  });
});

test('the fans of a vector are its length', async () => {
  setRandomSeed(4);
  const model = sequential([layers.dense({ units: 20_000, biasInitializer: 'glorotUniform', kernelInitializer: 'zeros', inputShape: [1] })]);
  const bias = (await model.getWeights())[1]?.data as Float32Array;
  expect(Math.max(...bias.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(3 / 20_000) * (1 + 1e-6));
  expect(deviation(bias) / Math.sqrt(1 / 20_000)).toBeCloseTo(1, 1);
});
