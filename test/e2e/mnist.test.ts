import { layers, sequential, setRandomSeed } from 'myelin';
import { expect, test } from 'vitest';
import { mean, pictures } from './data.js';

const SEEDS = [1, 2, 3, 4, 5];

test('MNIST, 784-128-10, Adam, five epochs: five seeds as good as Keras', { timeout: 240_000 }, async () => {
  const { train, test: held } = pictures('mnist');
  expect([...train.y.slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  const accuracies: number[] = [];
  for (const seed of SEEDS) {
    setRandomSeed(seed);
    const net = sequential([layers.dense({ units: 128, activation: 'relu', inputShape: [784] }), layers.dense({ units: 10, activation: 'softmax' })]).compile({
      optimizer: 'adam',
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const { history } = await net.fit(train.x, train.y, { epochs: 5, batchSize: 128 });
    expect(history.loss?.at(-1)).toBeLessThan(0.08);
    accuracies.push((await net.evaluate(held.x, held.y, { batchSize: 1000 })).accuracy);
    await net.dispose();
  }
  setRandomSeed(null);
  console.log(`MNIST: ${accuracies.map((a) => (100 * a).toFixed(2)).join(', ')} %; mean ${(100 * mean(accuracies)).toFixed(2)} %`);
  expect(Math.min(...accuracies)).toBeGreaterThanOrEqual(0.968);
  expect(mean(accuracies)).toBeGreaterThanOrEqual(0.972);
});
