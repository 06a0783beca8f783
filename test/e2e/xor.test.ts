import { layers, optimizers, sequential, setRandomSeed } from 'myelin';
import { expect, test } from 'vitest';

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1, 0];

test.each(Array.from({ length: 10 }, (_, seed) => seed))('XOR 2-8-1 is learned from seed %i', async (seed) => {
  setRandomSeed(seed);
  const net = sequential([layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1, activation: 'sigmoid' })]).compile({
    optimizer: optimizers.adam({ learningRate: 0.1 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  });
  const history = await net.fit(x, y, { epochs: 300, batchSize: 4 });
  expect(history.history.loss).toHaveLength(300);
  expect((await net.evaluate(x, y)).accuracy).toBe(1);
  const { data, shape } = await net.predict(x);
  expect(shape).toEqual([4, 1]);
  expect([...data].map(Math.round)).toEqual(y);
});
