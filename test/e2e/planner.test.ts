// Memory of plans: close to what any layout needs, and less of it on request.
import { functional, input, layers, type Model, type Symbolic, sequential, setRandomSeed } from 'myelin';
import { afterEach, expect, test } from 'vitest';

afterEach(() => setRandomSeed(null));

type Dims = readonly number[];
const numbers = (shape: Dims) => ({ data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * i)), shape });
const dense = (units: number, activation: 'tanh' | 'relu' | 'linear' = 'linear') => layers.dense({ units, activation });

/** Blocks of attention and a small network, as in a transformer. */
function transformer(blocks: number): Model {
  const x = input({ shape: [16, 32] });
  let y: Symbolic = x;
  for (let i = 0; i < blocks; i++) {
    const before = layers.layerNormalization().apply(y);
    const seen = layers.add().apply(y, layers.multiHeadAttention({ numHeads: 4, keyDim: 8 }).apply(before, before));
    const wide = layers.dense({ units: 128, activation: 'gelu' }).apply(layers.layerNormalization().apply(seen));
    y = layers.add().apply(seen, layers.dropout({ rate: 0.1 }).apply(layers.dense({ units: 32 }).apply(wide)));
  }
  return functional({ inputs: x, outputs: layers.dense({ units: 4 }).apply(y) }) as unknown as Model;
}
function deep(depth: number): Model {
  const x = input({ shape: [32] });
  let y: Symbolic = x;
  for (let i = 0; i < depth; i++) y = dense(32, 'tanh').apply(y);
  return functional({ inputs: x, outputs: dense(4).apply(y) }) as unknown as Model;
}

const MODELS: readonly [name: string, make: () => Model, x: Dims, y: Dims, smaller: number][] = [
  ['perceptron', () => sequential([layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }), dense(1)]) as unknown as Model, [4, 2], [4, 1], 1],
  ['wide perceptron', () => sequential([layers.dense({ units: 256, activation: 'relu', inputShape: [784] }), dense(256, 'relu'), dense(10)]) as unknown as Model, [32, 784], [32, 10], 1],
  ['60 layers', () => deep(60), [32, 32], [32, 4], 0.5],
  [
    'convnet',
    () =>
      sequential([
        layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [14, 14, 1] }),
        layers.batchNormalization(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
        layers.flatten(),
        layers.dropout({ rate: 0.3 }),
        dense(10),
      ]) as unknown as Model,
    [8, 14, 14, 1],
    [8, 10],
    1,
  ],
  ['LSTM', () => sequential([layers.lstm({ units: 16, inputShape: [12, 8] }), dense(3)]) as unknown as Model, [8, 12, 8], [8, 3], 1],
  ['transformer of 4 blocks', () => transformer(4), [4, 16, 32], [4, 16, 4], 0.7],
];

test.each(MODELS)('%s', async (name, make, xShape, yShape, smaller) => {
  const [x, y] = [numbers(xShape), numbers(yShape)];
  const batchSize = xShape[0] as number;
  const train = async (recompute: boolean) => {
    setRandomSeed(5);
    const net = make().compile({ loss: 'mse', optimizer: 'adam', recompute });
    const { arenaBytes, arenaLowerBound } = await net.explain(x, y, { batchSize });
    const { history } = await net.fit(x, y, { epochs: 3, batchSize, seed: 2 });
    return { arenaBytes, arenaLowerBound, loss: history.loss, weights: await net.getWeights() };
  };
  const [plain, again] = [await train(false), await train(true)];
  for (const { arenaBytes, arenaLowerBound } of [plain, again]) expect(arenaBytes).toBeLessThanOrEqual(1.15 * arenaLowerBound);
  expect(again.arenaBytes).toBeLessThanOrEqual(smaller * plain.arenaBytes);
  expect(again.loss).toEqual(plain.loss);
  expect(again.weights).toEqual(plain.weights);
  if (process.env.MYELIN_SHOW) console.log(`${name}: arena ${plain.arenaBytes} bytes, ${again.arenaBytes} recomputing; ${(plain.arenaBytes / plain.arenaLowerBound).toFixed(3)} of the bound`);
});
