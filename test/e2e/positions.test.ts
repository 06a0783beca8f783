import { functional, input, layers, loadModel, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

beforeEach(() => setRandomSeed(7));

const [batch, places, width] = [2, 7, 6];
const values = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1));
const x = { data: values(batch * places * width), shape: [batch, places, width] };

/** By pairs of numbers, in f64: what the papers' formulas say. */
function each(answer: Float32Array | Int32Array | Uint8Array, f: (b: number, place: number, i: number) => number): void {
  for (let b = 0; b < batch; b++)
    for (let p = 0; p < places; p++) for (let i = 0; i < width; i++) expect(answer[(b * places + p) * width + i], `row ${b}, place ${p}, column ${i}`).toBeCloseTo(f(b, p, i), 5);
}
const at = (b: number, p: number, i: number) => x.data[(b * places + p) * width + i] as number;

describe('encodings of positions', () => {
  test.each([10_000, 50])('sines and cosines of wavelengths up to 2π·%d', async (maxWavelength) => {
    const { data } = await sequential([layers.sinePositionEncoding({ maxWavelength, inputShape: [places, width] })]).predict(x);
    each(data, (b, p, i) => {
      const angle = p / maxWavelength ** ((2 * Math.floor(i / 2)) / width);
      return at(b, p, i) + (i % 2 ? Math.cos(angle) : Math.sin(angle));
    });
  });

  test.each([1, 4])('pairs turned by their place divided by %d', async (scalingFactor) => {
    const { data } = await sequential([layers.rotaryEmbedding({ scalingFactor, inputShape: [places, width] })]).predict(x);
    each(data, (b, p, i) => {
      const angle = p / scalingFactor / 10_000 ** ((2 * (i % (width / 2))) / width);
      const [a, c] = [at(b, p, i % (width / 2)), at(b, p, (i % (width / 2)) + width / 2)];
      return i < width / 2 ? a * Math.cos(angle) - c * Math.sin(angle) : c * Math.cos(angle) + a * Math.sin(angle);
    });
  });

  test('products of turned vectors depend on their distance alone', async () => {
    const net = sequential([layers.rotaryEmbedding({ inputShape: [places, width] })]);
    const same = { data: Float32Array.from({ length: places * width }, (_, i) => values(width)[i % width] as number), shape: [1, places, width] };
    const { data } = await net.predict(same);
    const product = (p: number, q: number) => Array.from({ length: width }, (_, i) => (data[p * width + i] as number) * (data[q * width + i] as number)).reduce((a, b) => a + b);
    for (let p = 0; p + 3 < places; p++) expect(product(p, p + 3)).toBeCloseTo(product(0, 3), 4);
  });

  test('other axes: places third, numbers second', async () => {
    const turned = { data: values(batch * width * places), shape: [batch, width, places] };
    const net = sequential([layers.rotaryEmbedding({ sequenceAxis: 2, featureAxis: 1, inputShape: [width, places] })]);
    const swapped = sequential([layers.permute({ dims: [2, 1], inputShape: [width, places] }), layers.rotaryEmbedding(), layers.permute({ dims: [2, 1] })]);
    expect([...(await net.predict(turned)).data]).toEqual([...(await swapped.predict(turned)).data]);
  });

  test('an odd number of columns is refused', () => {
    expect(() => sequential([layers.rotaryEmbedding({ inputShape: [4, 3] })]).summary()).toThrow(/rotary_embedding: turns numbers in pairs: axis -1 must be even, received \[null, 4, 3\]/);
    expect(() => layers.rotaryEmbedding({ maxWavelength: 0 })).toThrow(/maxWavelength must be above 0/);
  });
});

test('one embedding both ways: tied, trained, saved and loaded', async () => {
  const words = input({ shape: [3], dtype: 'int32' });
  const both = layers.reversibleEmbedding({ inputDim: 6, outputDim: 4, name: 'both' });
  const logits = both.apply(layers.dense({ units: 4 }).apply(both.apply(words)));
  const net = functional({ inputs: words, outputs: layers.softmax().apply(logits) }).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  expect((await net.getWeights()).map(({ shape }) => shape)).toEqual([[6, 4], [4, 4], [4]]);
  const rows = [
    [0, 1, 2],
    [3, 4, 5],
  ];
  const { history } = await net.fit(rows, rows, { epochs: 30 });
  expect(history.loss.at(-1)).toBeLessThan(history.loss[0] as number);
  const again = await loadModel(await net.toBytes());
  expect([...(await again.predict(rows)).data]).toEqual([...(await net.predict(rows)).data]);
  expect(() => functional({ inputs: words, outputs: both.apply(layers.dense({ units: 5 }).apply(both.apply(words))) })).toThrow(/both: takes indices \(int32\), or vectors of 4 numbers/);
});

describe('spectral normalization', () => {
  test('keeps the largest singular value of a kernel near 1 while it trains', async () => {
    const net = sequential([layers.spectralNormalization({ layer: layers.dense({ units: 3, kernelInitializer: 'randomNormal' }), powerIterations: 3, inputShape: [3] }), layers.dense({ units: 1 })]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const data = values(60);
    await net.fit(
      data,
      Float32Array.from({ length: 20 }, (_, i) => 3 * (data[3 * i] as number)),
      { epochs: 30, batchSize: 5 },
    );
    const [kernel, u] = await net.getWeights();
    expect(u?.shape).toEqual([1, 3]);
    const w = kernel?.data as Float32Array;
    let v = [1, 1, 1];
    let norm = 0;
    for (let i = 0; i < 200; i++) {
      const forward = [0, 1, 2].map((r) => v.reduce((sum, value, c) => sum + value * (w[3 * r + c] as number), 0));
      const back = [0, 1, 2].map((c) => forward.reduce((sum, value, r) => sum + value * (w[3 * r + c] as number), 0));
      norm = Math.sqrt(Math.hypot(...back));
      v = back.map((value) => value / Math.hypot(...back));
    }
    expect(norm).toBeGreaterThan(0.8);
    expect(norm).toBeLessThan(1.4);
  });
  test('a layer without a kernel is refused', () => {
    expect(() => sequential([layers.spectralNormalization({ layer: layers.flatten(), inputShape: [2, 2] })]).summary()).toThrow(/neither a kernel nor embeddings/);
  });
});
