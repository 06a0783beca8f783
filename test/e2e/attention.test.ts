import { functional, input, layers, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

const ROWS = 3;
const numbers = (n: number, salt: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1) + salt));
const array = (shape: readonly number[], salt: number, of = numbers) => {
  const whole = [ROWS, ...shape];
  return {
    data: of(
      whole.reduce((a, b) => a * b, 1),
      salt,
    ),
    shape: whole,
  };
};
/** Each query sees its first key at least. */
const ones = (keys: number) => (n: number) => Float32Array.from({ length: n }, (_, i) => (i % keys === 0 || (i * 7) % 3 !== 0 ? 1 : 0));

interface Case {
  readonly queries: number;
  readonly keys: number;
  readonly mask?: readonly number[];
  readonly make: (returnAttentionScores: boolean) => { apply(...values: never[]): unknown };
}
const CASES: Record<string, Case> = {
  heads: { queries: 5, keys: 7, make: (returnAttentionScores) => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 5, name: 'a', returnAttentionScores }) },
  causal: { queries: 30, keys: 30, make: (returnAttentionScores) => layers.multiHeadAttention({ numHeads: 3, keyDim: 4, useCausalMask: true, name: 'a', returnAttentionScores }) },
  'a mask for all heads': { queries: 5, keys: 7, mask: [5, 7], make: (returnAttentionScores) => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, name: 'a', returnAttentionScores }) },
  'a mask for each head, causal': {
    queries: 26,
    keys: 27,
    mask: [2, 26, 27],
    make: (returnAttentionScores) => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, useCausalMask: true, name: 'a', returnAttentionScores }),
  },
  'grouped queries': {
    queries: 5,
    keys: 33,
    mask: [5, 33],
    make: (returnAttentionScores) => layers.groupQueryAttention({ headDim: 3, numQueryHeads: 6, numKeyValueHeads: 2, name: 'a', returnAttentionScores }),
  },
  'a sliding window': {
    queries: 30,
    keys: 30,
    make: (returnAttentionScores) => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, slidingWindow: 4, useCausalMask: true, name: 'a', returnAttentionScores }),
  },
  'weights dropped': { queries: 25, keys: 9, make: (returnAttentionScores) => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, dropout: 0.4, name: 'a', returnAttentionScores }) },
  'one head': { queries: 5, keys: 7, make: (returnAttentionScores) => layers.attention({ useScale: true, dropout: 0.2, name: 'a', returnAttentionScores }) },
};
const WIDTH = 4;

beforeEach(() => setRandomSeed(3));

/** What a layer makes, its gradients, and its weights after some steps. */
async function trace({ queries, keys, mask, make }: Case, scores: boolean) {
  const inputs = [input({ shape: [queries, WIDTH], name: 'q' }), input({ shape: [keys, WIDTH], name: 'v' }), ...(mask ? [input({ shape: [...mask], name: 'mask' })] : [])];
  const [query, value, given] = inputs;
  const made = make(scores).apply(...([query, value, ...(given ? [value, given] : [])] as never[]));
  const outputs = (made as { all: readonly (typeof query & object)[] }).all[0] as typeof query & object;
  const model = functional({ inputs, outputs });
  const x = [array([queries, WIDTH], 1), array([keys, WIDTH], 2), ...(mask ? [array(mask, 0, ones(keys))] : [])];
  const y = await model.predict(x as never);
  const found = await model.gradients(x as never, { upstream: array(y.shape.slice(1), 4) });
  const net = model.compile({ optimizer: 'sgd', loss: 'mse' });
  await net.fit(x as never, array(y.shape.slice(1), 5), { epochs: 3, batchSize: ROWS, verbose: 0, seed: 1 });
  return [y, ...found.inputs.slice(0, 2), ...found.weights, ...(await net.getWeights())].map(({ data }) => Array.from(data as Float32Array));
}

describe.each(Object.entries(CASES))('%s', (_, item) => {
  test('with and without the scores: the same numbers', async () => {
    const [tiled, plain] = [await trace(item, false), await trace(item, true)];
    expect(tiled.length).toBe(plain.length);
    tiled.forEach((values, i) => {
      const top = Math.max(...(plain[i] as number[]).map(Math.abs));
      values.forEach((value, j) => expect(Math.abs(value - (plain[i]?.[j] as number)), `value ${i} at ${j}`).toBeLessThan(1e-5 * (1 + top)));
    });
  });
});

test('places that are masked are not looked at', async () => {
  const places = input({ shape: [6], dtype: 'int32' });
  const x = layers.embedding({ inputDim: 5, outputDim: 4, maskZero: true }).apply(places);
  const model = functional({ inputs: places, outputs: layers.multiHeadAttention({ numHeads: 2, keyDim: 2 }).apply(x) });
  const seen = await model.predict({ data: Int32Array.from([1, 2, 3, 0, 0, 0]), shape: [1, 6] });
  const short = input({ shape: [3], dtype: 'int32' });
  const shared = functional({ inputs: short, outputs: layers.multiHeadAttention({ numHeads: 2, keyDim: 2 }).apply(layers.embedding({ inputDim: 5, outputDim: 4 }).apply(short)) });
  await shared.setWeights(await model.getWeights());
  const alone = await shared.predict({ data: Int32Array.from([1, 2, 3]), shape: [1, 3] });
  alone.data.forEach((value, i) => expect(seen.data[i]).toBeCloseTo(value, 5));
});

describe.each([
  ['multiHeadAttention', (o: object) => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, ...o })],
  ['groupQueryAttention', (o: object) => layers.groupQueryAttention({ headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2, ...o })],
] as const)('%s in a sliding window', (_, make) => {
  test.each([{ window: 1 }, { window: 3 }, { window: 50 }, { window: 3, useCausalMask: true }])('sees places less than that far away: %o', async ({ window, useCausalMask = false }) => {
    const places = 9;
    const [x, mask] = [input({ shape: [places, WIDTH] }), input({ shape: [places, places] })];
    const slid = functional({ inputs: x, outputs: make({ slidingWindow: window, useCausalMask }).apply(x) });
    const whole = functional({ inputs: [x, mask], outputs: [make({ useCausalMask }).apply(x, x, x, mask)] });
    await whole.setWeights(await slid.getWeights());
    const band = array([places, places], 0, (n) => Float32Array.from({ length: n }, (_, i) => (Math.abs((Math.floor(i / places) % places) - (i % places)) < window ? 1 : 0)));
    const data = array([places, WIDTH], 1);
    const [expected] = await whole.predict([data, band]);
    const { data: found } = await slid.predict(data);
    expect([...found]).toEqual([...(expected?.data ?? [])]);
  });
  test('refuses windows that are none', () => {
    for (const slidingWindow of [0, 1.5, -2]) expect(() => make({ slidingWindow })).toThrow(`slidingWindow must be a whole number above 0, or null, received ${slidingWindow}`);
  });
});

test('memory grows with the sequence, not with its square', async () => {
  const bytes = async (places: number) => {
    const net = sequential([layers.multiHeadAttention({ numHeads: 2, keyDim: 8, useCausalMask: true, inputShape: [places, 16] })]).compile({ optimizer: 'sgd', loss: 'mse' });
    const x = { data: numbers(places * 16, 1), shape: [1, places, 16] };
    return (await net.explain(x, x, { batchSize: 1 })).arenaBytes;
  };
  expect(await bytes(2048)).toBeLessThan(4.2 * (await bytes(512)));
});
