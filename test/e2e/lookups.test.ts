import { cloneModel, functional, input, layers, loadModel, sequential, setRandomSeed } from 'myelin';
import { beforeEach, describe, expect, test } from 'vitest';

beforeEach(() => setRandomSeed(7));

const list = ({ data }: { data: ArrayLike<unknown> }) => Array.from(data as ArrayLike<number>);

describe('stringLookup', () => {
  const data = [
    ['a', 'c', 'd'],
    ['d', 'z', 'b'],
  ];
  test('indices by a given vocabulary, by one that is learned, and with a mask', () => {
    expect(list(layers.stringLookup({ vocabulary: ['a', 'b', 'c', 'd'] }).transform(data))).toEqual([1, 3, 4, 4, 0, 2]);
    const learned = layers.stringLookup().adapt(data);
    expect(learned.getVocabulary()).toEqual(['[UNK]', 'd', 'z', 'c', 'b', 'a']);
    const masked = layers.stringLookup({ vocabulary: ['a', 'b'], maskToken: '' });
    expect(masked.getVocabulary()).toEqual(['', '[UNK]', 'a', 'b']);
    expect(list(masked.transform(['', 'b', 'x', 'a']))).toEqual([0, 3, 1, 2]);
    expect(layers.stringLookup({ maxTokens: 3 }).adapt(data).getVocabulary()).toEqual(['[UNK]', 'd', 'z']);
  });
  test('several indices for unknown tokens, none, and the way back', () => {
    const several = list(layers.stringLookup({ vocabulary: ['a'], numOovIndices: 2 }).transform(['a', 'm', 'n', 'o', 'p', 'q']));
    expect(several[0]).toBe(2);
    expect(new Set(several.slice(1))).toEqual(new Set([0, 1]));
    const strict = layers.stringLookup({ vocabulary: ['a'], numOovIndices: 0, name: 'letters' });
    expect(() => strict.transform(['b'])).toThrow(/letters: 'b' is not in the vocabulary, and numOovIndices is 0/);
    expect(
      layers.stringLookup({ vocabulary: ['a', 'b', 'c', 'd'], invert: true }).transform([
        [1, 3, 4],
        [4, 0, 2],
      ]).data,
    ).toEqual(['a', 'c', 'd', 'd', '[UNK]', 'b']);
  });
  test('columns: one of them, several, counts, and counts by rarity', () => {
    const make = (outputMode: 'oneHot' | 'multiHot' | 'count' | 'tfIdf') =>
      layers.stringLookup({ vocabulary: ['a', 'b', 'c', 'd'], outputMode, ...(outputMode === 'tfIdf' && { idfWeights: [0.25, 0.75, 0.6, 0.4] }) });
    expect(list(make('oneHot').transform(['a', 'd', 'z']))).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
    const rows = [
      ['a', 'c', 'd', 'd'],
      ['d', 'z', 'b', 'z'],
    ];
    expect(list(make('multiHot').transform(rows))).toEqual([0, 1, 0, 1, 1, 1, 0, 1, 0, 1]);
    expect(list(make('count').transform(rows))).toEqual([0, 1, 0, 1, 2, 2, 0, 1, 0, 1]);
    list(make('tfIdf').transform(rows)).forEach((v, i) => expect(v).toBeCloseTo([0, 0.25, 0, 0.6, 0.8, 1, 0, 0.75, 0, 0.4][i] as number, 6));
  });
  test('in a model it reads text, trains, and is saved with its vocabulary', async () => {
    const colors = layers.stringLookup({ outputMode: 'oneHot', inputShape: [1], dtype: 'string' }).adapt([['red'], ['green'], ['blue'], ['red']]);
    const net = sequential([colors, layers.dense({ units: 1 })]).compile({ optimizer: 'sgd', loss: 'mse' });
    const x = [['red'], ['green'], ['blue'], ['none']];
    await net.fit(x, [1, 2, 3, 4], { epochs: 400, verbose: 0 });
    const { data } = await net.predict(x);
    [1, 2, 3, 4].forEach((v, i) => expect(data[i]).toBeCloseTo(v, 0));
    expect(await net.evaluate(['red', 'green', 'blue', 'none'], [1, 2, 3, 4])).toHaveProperty('loss');
    const again = await loadModel(await net.toBytes());
    expect([...(await again.predict(x)).data]).toEqual([...data]);
  });
  test('beside numbers, by names', async () => {
    const [color, size] = [input({ shape: [1], dtype: 'string', name: 'color' }), input({ shape: [2], name: 'size' })];
    const found = layers.stringLookup({ vocabulary: ['red', 'blue'], outputMode: 'oneHot' }).apply(color);
    const net = functional({ inputs: { color, size }, outputs: layers.dense({ units: 1 }).apply(layers.concatenate().apply(found, size)) });
    expect(
      (
        await net.predict({
          color: ['blue', 'red'],
          size: [
            [1, 2],
            [3, 4],
          ],
        })
      ).shape,
    ).toEqual([2, 1]);
  });
  test('wrong uses are told apart', async () => {
    expect(() => layers.stringLookup().transform(['a'])).toThrow(/StringLookup: has no vocabulary yet; call adapt with data, or give vocabulary/);
    expect(() => layers.stringLookup({ vocabulary: ['a'] }).transform([[1]])).toThrow(/takes text, received numbers/);
    expect(() => layers.stringLookup({ vocabulary: ['a', 'a'] })).toThrow(/has 'a' twice/);
    expect(() => sequential([layers.dense({ units: 1, inputShape: [1], dtype: 'string' })]).summary()).toThrow(/dense: takes numbers, not text; put a stringLookup/);
    const x = input({ shape: [1] });
    expect(() => functional({ inputs: x, outputs: layers.integerLookup({ vocabulary: [1] }).apply(layers.dense({ units: 1 }).apply(x)) }).summary()).toThrow(/works before the engine/);
    const net = sequential([layers.stringLookup({ vocabulary: ['a'], outputMode: 'oneHot', inputShape: [1], dtype: 'string' }), layers.dense({ units: 1 })]);
    await expect(net.predict([[1]])).rejects.toThrow(/x: text is expected/);
    await expect(net.predict([['a', 'b']])).rejects.toThrow(/expects text of the shape \[null, 1\], received \[1, 2\]/);
  });
});

test('integerLookup', async () => {
  const data = [
    [12, 1138, 42],
    [42, 1000, 36],
  ];
  expect(list(layers.integerLookup({ vocabulary: [12, 36, 1138, 42] }).transform(data))).toEqual([1, 3, 4, 4, 0, 2]);
  expect(layers.integerLookup().adapt(data).getVocabulary()).toEqual([-1, 42, 1138, 1000, 36, 12]);
  expect(
    list(
      layers.integerLookup({ vocabulary: [12, 36], numOovIndices: 2 }).transform([
        [12, 37],
        [36, 1000],
      ]),
    ),
  ).toEqual([2, 1, 3, 0]);
  expect(
    list(
      layers.integerLookup({ vocabulary: [12, 36, 1138, 42], invert: true }).transform([
        [1, 3, 4],
        [4, 0, 2],
      ]),
    ),
  ).toEqual([12, 1138, 42, 42, -1, 36]);
  const net = sequential([layers.integerLookup({ outputMode: 'multiHot', inputShape: [3], dtype: 'int32' }).adapt(data), layers.dense({ units: 2 })]);
  expect((await net.predict(data)).shape).toEqual([2, 2]);
});

describe('textVectorization', () => {
  const texts = ['The quick, brown fox!', 'the lazy dog', 'THE FOX'];
  test('words by how often they are there', () => {
    const read = layers.textVectorization().adapt(texts);
    expect(read.getVocabulary()).toEqual(['', '[UNK]', 'the', 'fox', 'quick', 'lazy', 'dog', 'brown']);
    const { data, shape } = read.transform(['the dog, the cat', 'fox']);
    expect(shape).toEqual([2, 4]);
    expect([...(data as Int32Array)]).toEqual([2, 6, 2, 1, 3, 0, 0, 0]);
  });
  test('of a fixed length, by letters, by runs of words, by functions of one’s own', () => {
    const fixed = layers.textVectorization({ vocabulary: ['a', 'b'], outputSequenceLength: 2 });
    expect(list(fixed.transform(['a b a', 'b']))).toEqual([2, 3, 3, 0]);
    expect(layers.textVectorization({ split: 'character', standardize: null }).adapt(['aab']).getVocabulary()).toEqual(['', '[UNK]', 'a', 'b']);
    expect(layers.textVectorization({ ngrams: 2 }).adapt(['x y z']).getVocabulary()).toEqual(['', '[UNK]', 'z', 'y z', 'y', 'x y', 'x']);
    expect(
      layers
        .textVectorization({ ngrams: [2] })
        .adapt(['x y z'])
        .getVocabulary(),
    ).toEqual(['', '[UNK]', 'y z', 'x y']);
    const own = layers.textVectorization({ standardize: (text) => text.replaceAll('-', ' '), split: (text) => text.split(' ') }).adapt(['A-b A']);
    expect(own.getVocabulary()).toEqual(['', '[UNK]', 'A', 'b']);
  });
  test('columns of words', () => {
    const counted = layers.textVectorization({ vocabulary: ['a', 'b'], outputMode: 'count' });
    expect(list(counted.transform(['a b a', 'c']))).toEqual([0, 2, 1, 1, 0, 0]);
    const rare = layers.textVectorization({ outputMode: 'tfIdf' }).adapt(['a b', 'a']);
    expect(rare.getVocabulary()).toEqual(['[UNK]', 'a', 'b']);
    const [a, b] = [Math.log(1 + 2 / 3), Math.log(1 + 2 / 2)];
    list(rare.transform(['a a b c'])).forEach((v, i) => expect(v).toBeCloseTo([(a + b) / 2, 2 * a, b][i] as number, 6));
  });
  test('in a model that tells two kinds of texts apart, saved and loaded', async () => {
    const good = ['what a lovely day', 'lovely and good', 'a good good day', 'so lovely'];
    const bad = ['an awful day', 'bad and awful', 'what a bad bad end', 'so bad'];
    const read = layers.textVectorization({ inputShape: [1], dtype: 'string', outputSequenceLength: 5 }).adapt([...good, ...bad]);
    const net = sequential([
      read,
      layers.embedding({ inputDim: read.getVocabulary().length, outputDim: 8, maskZero: true }),
      layers.globalAveragePooling1d(),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ]).compile({ optimizer: 'rmsprop', loss: 'binaryCrossentropy', metrics: ['accuracy'] });
    const [x, y] = [
      [...good, ...bad],
      [...good.map(() => 1), ...bad.map(() => 0)],
    ];
    await net.fit(x, y, { epochs: 300, verbose: 0 });
    expect((await net.evaluate(x, y)).accuracy).toBe(1);
    expect((await cloneModel(net).predict(x)).shape).toEqual([8, 1]);
    const again = await loadModel(await net.toBytes());
    const news = ['a lovely end', 'an awful and bad end'];
    const { data } = await again.predict(news);
    expect([...data]).toEqual([...(await net.predict(news)).data]);
    expect(data[0]).toBeGreaterThan(0.5);
    expect(data[1]).toBeLessThan(0.5);
  });
  test('without a fixed length the sequence is as long as the longest text', async () => {
    const net = sequential([layers.textVectorization({ vocabulary: ['a', 'b'], inputShape: [1], dtype: 'string' }), layers.embedding({ inputDim: 4, outputDim: 3 })]);
    expect((await net.predict(['a b a', 'b'])).shape).toEqual([2, 3, 3]);
    expect((await net.predict(['a'])).shape).toEqual([1, 1, 3]);
  });
  test('hostile words are words', () => {
    const read = layers.textVectorization({ standardize: null }).adapt(['__proto__ constructor toString', '__proto__']);
    expect(list(read.transform(['toString __proto__ hasOwnProperty']))).toEqual([3, 2, 1]);
  });
  test('wrong options and inputs are refused', () => {
    expect(() => layers.textVectorization({ outputMode: 'oneHot' as 'count' })).toThrow(/outputMode must be/);
    expect(() => layers.textVectorization({ standardize: 'upper' as 'lower' })).toThrow(/standardize must be one of lowerAndStripPunctuation/);
    expect(() => layers.textVectorization({ vocabulary: ['a'] }).transform([['a', 'b']])).toThrow(/takes one text per row/);
    expect(() => layers.textVectorization({ vocabulary: ['a'] }).transform([[1]])).toThrow(/takes text, received 1 at row 0/);
  });
});
