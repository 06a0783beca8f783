// Blocks of transformers against their formulas, in f64.
import { functional, input, layers, loadModel, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

const [ROWS, PLACES, OTHERS, WIDTH, HEADS, INNER] = [2, 5, 3, 6, 2, 7];
const numbers = (n: number, salt: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1) + salt));
const array = (places: number, salt: number) => ({ data: numbers(ROWS * places * WIDTH, salt), shape: [ROWS, places, WIDTH] });

type Matrix = readonly (readonly number[])[];
type Weights = ReadonlyMap<string, Float32Array>;
const times = (a: Matrix, b: Matrix): Matrix => a.map((row) => (b[0] as readonly number[]).map((_, j) => row.reduce((sum, v, k) => sum + v * (b[k]?.[j] as number), 0)));
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((v, j) => v + (b[i]?.[j] as number)));
const matrix = (data: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: data.length / columns }, (_, i) => Array.from({ length: columns }, (__, j) => data[i * columns + j] as number));

/** What Vaswani and others write, for one row of the batch. */
class Reference {
  constructor(
    private readonly weights: Weights,
    private readonly first: boolean,
  ) {}
  private linear(x: Matrix, name: string, columns: number): Matrix {
    const bias = this.weights.get(`${name}/bias`) as Float32Array;
    return times(x, matrix(this.weights.get(`${name}/kernel`) as Float32Array, columns)).map((row) => row.map((v, j) => v + (bias[j] as number)));
  }
  private normal(x: Matrix, name: string): Matrix {
    const [gamma, beta] = ['gamma', 'beta'].map((w) => this.weights.get(`${name}_layer_norm/${w}`) as Float32Array) as [Float32Array, Float32Array];
    return x.map((row) => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
      return row.map((v, j) => ((v - mean) / Math.sqrt(variance + 1e-5)) * (gamma[j] as number) + (beta[j] as number));
    });
  }
  private residual(x: Matrix, name: string, part: (x: Matrix) => Matrix): Matrix {
    return this.first ? plus(x, part(this.normal(x, name))) : this.normal(plus(x, part(x)), name);
  }
  attended(x: Matrix, name: string, sees: (query: number, key: number) => boolean, values?: Matrix): Matrix {
    return this.residual(x, name, (query) => {
      const source = values ?? query;
      const [q, k, v] = [query, source, source].map((m, i) => this.linear(m, `${name}_layer/${['query', 'key', 'value'][i]}`, WIDTH)) as [Matrix, Matrix, Matrix];
      const size = WIDTH / HEADS;
      const joined = q.map((row, i) =>
        row.map((_, column) => {
          const head = Math.floor(column / size) * size;
          const scores = k.map((key, j) => (sees(i, j) ? Math.exp(row.slice(head, head + size).reduce((sum, value, c) => sum + value * (key[head + c] as number), 0) / Math.sqrt(size)) : 0));
          const total = scores.reduce((a, b) => a + b);
          return scores.reduce((sum, s, j) => sum + (s / total) * (v[j]?.[column] as number), 0);
        }),
      );
      return this.linear(joined, `${name}_layer/attention_output`, WIDTH);
    });
  }
  fed(x: Matrix): Matrix {
    const wide = (m: Matrix) => this.linear(m, 'feedforward_intermediate_dense', INNER).map((row) => row.map((v) => Math.max(v, 0)));
    return this.residual(x, 'feedforward', (m) => this.linear(wide(m), 'feedforward_output_dense', WIDTH));
  }
}

type Built = ReturnType<typeof sequential>;
/** Random numbers for all weights, by their paths inside the block. */
async function filled(model: Built): Promise<Weights> {
  const given = (await model.getWeights()).map(({ data, shape }, i) => ({ data: numbers(data.length, i).map((v) => 0.5 * v), shape }));
  await model.setWeights(given);
  return new Map(model.core.graph.weights.map(({ path }, i) => [path.slice(path.indexOf('/') + 1), given[i]?.data as Float32Array]));
}
function expectNear(found: Float32Array, expected: Matrix, row: number): void {
  expected.flat().forEach((v, i) => expect(Math.abs((found[row * PLACES * WIDTH + i] as number) - v), `row ${row}, ${i}`).toBeLessThan(2e-5));
}
const rowOf = ({ data, shape }: ReturnType<typeof array>, row: number): Matrix => matrix(data.slice((row * data.length) / ROWS, ((row + 1) * data.length) / ROWS), shape[2] as number);

beforeEach(() => setRandomSeed(4));

describe.each([false, true])('normalizeFirst %s', (normalizeFirst) => {
  const options = { intermediateDim: INNER, numHeads: HEADS, normalizeFirst };
  test('an encoder sees all places, or those of a mask', async () => {
    const [x, mask] = [input({ shape: [PLACES, WIDTH] }), input({ shape: [PLACES, PLACES] })];
    const block = layers.transformerEncoder(options);
    const model = functional({ inputs: [x, mask], outputs: [block.apply(x), block.apply(x, mask)] });
    const reference = new Reference(await filled(model as unknown as Built), normalizeFirst);
    const seen = (i: number, j: number) => i === j || (i + 2 * j) % 3 === 0;
    const band = { data: Float32Array.from({ length: ROWS * PLACES * PLACES }, (_, i) => (seen(Math.floor(i / PLACES) % PLACES, i % PLACES) ? 1 : 0)), shape: [ROWS, PLACES, PLACES] };
    const data = array(PLACES, 1);
    const [whole, some] = (await model.predict([data, band])) as unknown as readonly { data: Float32Array }[];
    for (let row = 0; row < ROWS; row++) {
      expectNear(whole?.data as Float32Array, reference.fed(reference.attended(rowOf(data, row), 'self_attention', () => true)), row);
      expectNear(some?.data as Float32Array, reference.fed(reference.attended(rowOf(data, row), 'self_attention', seen)), row);
    }
  });
  test.each([true, false])('a decoder sees places before it, and the encoder: useCausalMask %s', async (useCausalMask) => {
    const [x, encoded] = [input({ shape: [PLACES, WIDTH] }), input({ shape: [OTHERS, WIDTH] })];
    const model = functional({ inputs: [x, encoded], outputs: layers.transformerDecoder({ ...options, useCausalMask }).apply(x, encoded) });
    const reference = new Reference(await filled(model as unknown as Built), normalizeFirst);
    const [data, other] = [array(PLACES, 1), array(OTHERS, 2)];
    const { data: found } = await model.predict([data, other]);
    for (let row = 0; row < ROWS; row++) {
      const own = reference.attended(rowOf(data, row), 'self_attention', (i, j) => !useCausalMask || i >= j);
      expectNear(found, reference.fed(reference.attended(own, 'cross_attention', () => true, rowOf(other, row))), row);
    }
  });
});

test('padding is not looked at, and the mask passes on', async () => {
  const words = input({ shape: [6], dtype: 'int32' });
  const block = (o: object) => layers.transformerEncoder({ intermediateDim: 8, numHeads: 2, ...o });
  const x = block({ normalizeFirst: true }).apply(block({}).apply(layers.embedding({ inputDim: 5, outputDim: 4, maskZero: true }).apply(words)));
  const model = functional({ inputs: words, outputs: layers.globalAveragePooling1d().apply(layers.transformerDecoder({ intermediateDim: 8, numHeads: 2 }).apply(x, x)) });
  const short = await model.predict({ data: Int32Array.from([1, 2, 3, 0, 0, 0, /**/ 1, 2, 3, 4, 4, 4]), shape: [2, 6] });
  const three = input({ shape: [3], dtype: 'int32' });
  const y = block({ normalizeFirst: true }).apply(block({}).apply(layers.embedding({ inputDim: 5, outputDim: 4 }).apply(three)));
  const alone = functional({ inputs: three, outputs: layers.globalAveragePooling1d().apply(layers.transformerDecoder({ intermediateDim: 8, numHeads: 2 }).apply(y, y)) });
  await alone.setWeights(await model.getWeights());
  const expected = await alone.predict({ data: Int32Array.from([1, 2, 3]), shape: [1, 3] });
  expected.data.forEach((v, i) => expect(short.data[i]).toBeCloseTo(v, 5));
});

test('learns, comes back from a file, and keeps still when frozen', async () => {
  const build = () =>
    sequential([
      layers.transformerEncoder({ intermediateDim: 8, numHeads: 3, activation: 'gelu', dropout: 0.1, inputShape: [PLACES, WIDTH] }),
      layers.transformerDecoder({ intermediateDim: 8, numHeads: 2 }),
    ]).compile({
      optimizer: 'adam',
      loss: 'mse',
    });
  const model = build();
  const [x, y] = [array(PLACES, 1), array(PLACES, 2)];
  const { history } = await model.fit(x, y, { epochs: 60, seed: 1 });
  expect(history.loss.at(-1)).toBeLessThan(0.95 * (history.loss[0] as number));
  const loaded = await loadModel(await model.toBytes());
  expect(await loaded.predict(x)).toEqual(await model.predict(x));
  expect(loaded.layers[0]?.config).toEqual(model.layers[0]?.config);
  // Sixteen weights of the first block.
  (model.layers[0] as { trainable: boolean }).trainable = false;
  const before = await model.getWeights();
  await model.fit(x, y, { epochs: 2, seed: 1 });
  const after = await model.getWeights();
  expect(after.slice(0, 16)).toEqual(before.slice(0, 16));
  expect(after.slice(16)).not.toEqual(before.slice(16));
  expect(model.countParams('trainable')).toBe(after.slice(16).reduce((n, { data }) => n + data.length, 0));
});

test.each([
  ['bidirectional', () => layers.bidirectional({ layer: layers.lstm({ units: 2 }), trainable: false, inputShape: [PLACES, WIDTH] })],
  ['timeDistributed', () => layers.timeDistributed({ layer: layers.batchNormalization(), trainable: false, inputShape: [PLACES, WIDTH] })],
  ['rnn', () => layers.rnn({ cell: [layers.gruCell({ units: 2 })], trainable: false, inputShape: [PLACES, WIDTH] })],
] as const)('%s frozen freezes what is inside, moving averages too', async (_, make) => {
  const model = sequential([make() as unknown as ReturnType<typeof layers.flatten>, layers.flatten(), layers.dense({ units: 1 })]).compile({ optimizer: 'sgd', loss: 'mse' });
  const before = await model.getWeights();
  await model.fit(array(PLACES, 1), [1, 2], { epochs: 2 });
  const after = await model.getWeights();
  expect(after.slice(0, -2)).toEqual(before.slice(0, -2));
  expect(after.at(-1)).not.toEqual(before.at(-1));
});

test('refuses what it can’t do', () => {
  const x = input({ shape: [PLACES, WIDTH] });
  expect(() => layers.transformerEncoder({ intermediateDim: 4, numHeads: 4 }).apply(x)).toThrow(/4 heads don't divide the width of the input, received \[null, 5, 6\]/);
  expect(() => layers.transformerDecoder({ intermediateDim: 4, numHeads: 2 }).apply(input({ shape: [4] }))).toThrow(/takes \[batch, places, width\]/);
  expect(() => layers.transformerEncoder({ intermediateDim: 0, numHeads: 2 })).toThrow(/intermediateDim must be a whole number above 0, received 0/);
  expect(() => layers.transformerDecoder({ intermediateDim: 4, numHeads: 2, dropout: 1 })).toThrow(/rate must be at least 0 and below 1, received 1/);
});
