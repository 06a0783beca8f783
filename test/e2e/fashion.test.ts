import { layers, sequential, setRandomSeed } from 'myelin';
import { expect, test } from 'vitest';
import { mean, pictures } from './data.js';

const SEEDS = [1, 2, 3, 4, 5];

test('Fashion-MNIST, 784-128-10, Adam, ten epochs, five seeds', { timeout: 360_000 }, async () => {
  const { train, test: held } = pictures('fashion-mnist');
  const accuracies: number[] = [];
  for (const seed of SEEDS) {
    setRandomSeed(seed);
    const net = sequential([layers.dense({ units: 128, activation: 'relu', inputShape: [784] }), layers.dense({ units: 10, activation: 'softmax' })]).compile({
      optimizer: 'adam',
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    await net.fit(train.x, train.y, { epochs: 10, batchSize: 128 });
    accuracies.push((await net.evaluate(held.x, held.y, { batchSize: 1000 })).accuracy);
    await net.dispose();
  }
  setRandomSeed(null);
  console.log(`Fashion-MNIST: ${accuracies.map((a) => (100 * a).toFixed(2)).join(', ')} %; mean ${(100 * mean(accuracies)).toFixed(2)} %`);
  expect(Math.min(...accuracies)).toBeGreaterThanOrEqual(0.87);
  expect(mean(accuracies)).toBeGreaterThanOrEqual(0.875);
});
