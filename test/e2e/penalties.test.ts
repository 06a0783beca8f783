// Penalties on outputs: with labels that are the prediction, they are the whole loss.
import { functional, input, layers, regularizers, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

const [ROWS, PLACES, WIDTH] = [3, 4, 6];
const x = { data: Float32Array.from({ length: ROWS * PLACES * WIDTH }, (_, i) => Math.sin(12.9898 * (i + 1))), shape: [ROWS, PLACES, WIDTH] };
const activityRegularizer = regularizers.l2({ l2: 0.1 });
const squares = (data: ArrayLike<number>) => Array.from(data).reduce((sum, v) => sum + v * v, 0);

beforeEach(() => setRandomSeed(2));

/** x·kernel + bias, in f64. */
function projection(data: ArrayLike<number>, kernel: Float32Array, bias: Float32Array): number[] {
  const [inner, outer] = [kernel.length / bias.length, bias.length];
  return Array.from({ length: (data.length / inner) * outer }, (_, i) => {
    const [row, column] = [Math.floor(i / outer), i % outer];
    let sum = bias[column] as number;
    for (let k = 0; k < inner; k++) sum += (data[row * inner + k] as number) * (kernel[k * outer + column] as number);
    return sum;
  });
}

describe.each([
  ['multiHeadAttention', { numHeads: 2, keyDim: 3 }],
  ['groupQueryAttention', { headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 }],
] as const)('%s', (name, options) => {
  test('penalises each projection, divided by the rows', async () => {
    const make = layers[name] as typeof layers.multiHeadAttention;
    const model = sequential([make({ ...options, activityRegularizer, biasInitializer: 'ones', inputShape: [PLACES, WIDTH] } as never)]).compile({ optimizer: 'sgd', loss: 'mse' });
    const y = await model.predict(x);
    const weights = (await model.getWeights()).map(({ data }) => data) as Float32Array[];
    const [q, k, v] = [0, 2, 4].map((i) => squares(projection(x.data, weights[i] as Float32Array, weights[i + 1] as Float32Array))) as [number, number, number];
    const expected = (0.1 * (q + k + v + squares(y.data))) / ROWS;
    expect((await model.evaluate(x, y)).loss).toBeCloseTo(expected, 4);
  });
});

test('weights that are frozen are not penalised', async () => {
  const kernelRegularizer = regularizers.l2({ l2: 0.1 });
  const inner = layers.timeDistributed({ layer: layers.dense({ units: 2, kernelRegularizer }), inputShape: [PLACES, WIDTH] });
  const model = sequential([inner, layers.dense({ units: 2, kernelRegularizer })]).compile({ optimizer: 'sgd', loss: 'mse' });
  const y = await model.predict(x);
  const [first = 0, , second = 0] = (await model.getWeights()).map(({ data }) => 0.1 * squares(data));
  expect((await model.evaluate(x, y)).loss).toBeCloseTo(first + second, 6);
  inner.trainable = false;
  expect((await model.evaluate(x, y)).loss).toBeCloseTo(second, 6);
  inner.trainable = true;
  expect((await model.evaluate(x, y)).loss).toBeCloseTo(first + second, 6);
});

test.each([
  ['embedding', () => layers.embedding({ inputDim: 5, outputDim: 3, activityRegularizer, embeddingsInitializer: 'glorotNormal' })],
  ['reversibleEmbedding', () => layers.reversibleEmbedding({ inputDim: 5, outputDim: 3, activityRegularizer, embeddingsInitializer: 'glorotNormal' })],
] as const)('%s penalises its vectors', async (_, make) => {
  const words = input({ shape: [2], dtype: 'int32' });
  const model = functional({ inputs: words, outputs: (make() as ReturnType<typeof layers.reversibleEmbedding>).apply(words) }).compile({ optimizer: 'sgd', loss: 'mse' });
  const data = { data: Int32Array.from([1, 4, 0, 2]), shape: [2, 2] };
  const y = await model.predict(data);
  expect((await model.evaluate(data, y as never)).loss).toBeCloseTo((0.1 * squares((y as typeof x).data)) / 2, 6);
});

test.each(['lstm', 'gru', 'simpleRNN'] as const)('%s unrolled is the walk', async (name) => {
  const make = (unroll: boolean) => sequential([layers[name]({ units: 4, unroll, returnSequences: true, inputShape: [PLACES, WIDTH] })]);
  const [walk, steps] = [make(false), make(true)];
  await steps.setWeights(await walk.getWeights());
  const [a, b] = [await walk.predict(x), await steps.predict(x)];
  a.data.forEach((v, i) => expect(b.data[i]).toBeCloseTo(v, 6));
  const records = async (model: typeof walk) => (await model.compile({ optimizer: 'sgd', loss: 'mse' }).explain(x, a)).records.length;
  expect(await records(steps)).toBeGreaterThan(2 * (await records(walk)));
});
