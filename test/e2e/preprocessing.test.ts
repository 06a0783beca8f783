import { ConfigError, layers, loadModel, sequential } from 'myelin';
import { describe, expect, test } from 'vitest';

const close = (actual: ArrayLike<number>, expected: readonly number[], digits = 5) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((v, i) => expect(actual[i], `at ${i}`).toBeCloseTo(v, digits));
};

describe('normalization', () => {
  const rows = [
    [1, 200, -5],
    [3, 100, 5],
    [5, 600, 0],
  ];
  const deviation = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return { mean, std: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) };
  };
  const column = (j: number) => deviation(rows.map((row) => row[j] as number));

  test('takes a mean and a variance for each column', async () => {
    const net = sequential([layers.normalization({ inputShape: [3] }).adapt(rows)]);
    close(
      (await net.predict(rows)).data,
      rows.flatMap((row) => row.map((v, j) => (v - column(j).mean) / column(j).std)),
    );
    expect((await net.getWeights()).map(({ shape }) => shape)).toEqual([[3], [3]]);
  });
  test('one of each for all numbers with axis null; other axes; the way back', async () => {
    const all = deviation(rows.flat());
    close(
      (await sequential([layers.normalization({ axis: null, inputShape: [3] }).adapt(rows)]).predict(rows)).data,
      rows.flat().map((v) => (v - all.mean) / all.std),
    );
    const cube = Float32Array.from({ length: 2 * 3 * 2 }, (_, i) => i * i);
    const place = (i: number) => Math.floor(i / 2) % 3;
    const per = [0, 1, 2].map((p) => deviation([...cube].filter((_, i) => place(i) === p)));
    const net = sequential([layers.normalization({ axis: 1, inputShape: [3, 2] }).adapt({ data: cube, shape: [2, 3, 2] })]);
    close(
      (await net.predict(cube)).data,
      [...cube].map((v, i) => (v - (per[place(i)]?.mean as number)) / (per[place(i)]?.std as number)),
    );
    const back = sequential([layers.normalization({ inputShape: [3] }).adapt(rows), layers.normalization({ invert: true }).adapt(rows)]);
    close((await back.predict(rows)).data, rows.flat(), 3);
  });
  test('given statistics are used', async () => {
    close((await sequential([layers.normalization({ mean: [1, 2], variance: 4, inputShape: [2] })]).predict([[5, 6]])).data, [2, 2]);
    expect(() => layers.normalization({ mean: 1 })).toThrow(ConfigError);
  });
  test('a model that was built, and trained, follows a later adapt; saved and loaded it computes the same', async () => {
    const scaled = layers.normalization({ inputShape: [3] });
    const net = sequential([scaled, layers.dense({ units: 1 })]).compile({ optimizer: 'sgd', loss: 'mse' });
    const before = await net.predict(rows);
    scaled.adapt(rows);
    const after = await net.predict(rows);
    expect([...after.data]).not.toEqual([...before.data]);
    await net.fit(rows, [1, 2, 3], { epochs: 5 });
    const again = await loadModel(await net.toBytes());
    expect([...(await again.predict(rows)).data]).toEqual([...(await net.predict(rows)).data]);
    const [mean] = await net.getWeights();
    close(mean?.data as Float32Array, [3, 300, 0]);
  });
  test('statistics of another width are refused', async () => {
    const net = sequential([layers.normalization({ inputShape: [2] }).adapt(rows)]);
    await expect(net.predict([[1, 2]])).rejects.toThrow(/normalization: has statistics of 3 places and is called on an input with \[2\]/);
  });
});

describe('categoryEncoding', () => {
  const make = (outputMode: 'oneHot' | 'multiHot' | 'count', inputs: number) => sequential([layers.categoryEncoding({ numTokens: 4, outputMode, inputShape: [inputs], dtype: 'int32' })]);
  test('rows of indices as Keras documents them', async () => {
    expect([...(await make('oneHot', 1).predict([[3], [2], [0], [1]])).data]).toEqual([0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0]);
    const rows = [
      [0, 1],
      [0, 0],
      [1, 2],
      [3, 1],
    ];
    expect([...(await make('multiHot', 2).predict(rows)).data]).toEqual([1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1]);
    expect([...(await make('count', 2).predict(rows)).data]).toEqual([1, 1, 0, 0, 2, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1]);
    const both = await make('oneHot', 2).predict([[0, 2]]);
    expect(both.shape).toEqual([1, 2, 4]);
    expect([...both.data]).toEqual([1, 0, 0, 0, 0, 0, 1, 0]);
  });
  test('indices outside leave zeros, wrong options are refused', async () => {
    expect([...(await make('multiHot', 2).predict([[-1, 9]])).data]).toEqual([0, 0, 0, 0]);
    expect(() => layers.categoryEncoding({ numTokens: 0 })).toThrow(/numTokens must be a whole number above 0/);
    expect(() => layers.categoryEncoding({ numTokens: 2, outputMode: 'int' as 'count' })).toThrow(/outputMode must be one of 'oneHot', 'multiHot', 'count'/);
  });
});

describe('discretization', () => {
  const rows = [
    [-1.5, 1, 3.4, 0.5],
    [0, 3, 1.3, 0],
  ];
  test('given boundaries', async () => {
    const net = sequential([layers.discretization({ binBoundaries: [0, 1, 2], inputShape: [4] })]);
    expect([...(await net.predict(rows)).data]).toEqual([0, 2, 3, 1, 1, 3, 2, 1]);
  });
  test('boundaries found in data', async () => {
    const net = sequential([layers.discretization({ numBins: 4, inputShape: [4] }).adapt(rows)]);
    expect([...(await net.predict(rows)).data]).toEqual([0, 2, 3, 2, 1, 3, 3, 1]);
    const even = Float32Array.from({ length: 4000 }, (_, i) => (i * 7919) % 4000);
    const many = sequential([layers.discretization({ numBins: 10, outputMode: 'oneHot', inputShape: [1] }).adapt(even)]);
    const { data, shape } = await many.predict(even);
    expect(shape).toEqual([4000, 10]);
    for (let bin = 0; bin < 10; bin++) expect(Math.abs(data.reduce((sum, v, i) => sum + (i % 10 === bin ? v : 0), 0) - 400)).toBeLessThan(60);
    const again = await loadModel(await many.toBytes());
    expect([...(await again.predict(even)).data]).toEqual([...data]);
  });
  test('infinities and NaN have a range; wrong options are refused', async () => {
    const net = sequential([layers.discretization({ binBoundaries: [0], inputShape: [1] })]);
    expect([...(await net.predict([[-1e38], [1e38]])).data]).toEqual([0, 1]);
    expect(() => layers.discretization({})).toThrow(/give either binBoundaries, or numBins/);
    expect(() => layers.discretization({ binBoundaries: [1, 1] })).toThrow(/must rise/);
    expect(() => layers.discretization({ binBoundaries: [1] }).adapt([[1]])).toThrow(/adapt is for numBins/);
    expect(() => layers.discretization({ numBins: 3 }).adapt([])).toThrow(/no rows/);
  });
});
