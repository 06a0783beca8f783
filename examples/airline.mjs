// Passengers of a month from those of the month before, by a recurrent layer. --data DIR, --epochs N, --seeds N.
// Published for the same protocol (machinelearningmastery.com): RMSE 22.9 on the training months, 47.5 on the others.
import { join } from 'node:path';
import { layers, sequential, setRandomSeed } from 'myelin';
import { option, readCsv, rmse } from './common.mjs';

const rows = readCsv(join(option('data', '../shared/data/series'), 'airline-passengers.csv'));
const passengers = rows.slice(1).map((row) => Number(row[1]));
const [low, high] = [Math.min(...passengers), Math.max(...passengers)];
const scaled = passengers.map((value) => (value - low) / (high - low));
const cut = Math.floor(0.67 * passengers.length);

/** Pairs of neighbours of a stretch of months. */
const pairs = (series) => ({ x: series.slice(0, -1).map((value) => [[value]]), y: series.slice(1) });
// As published, each stretch gives away its last pair.
const train = pairs(scaled.slice(0, cut - 1));
const test = pairs(scaled.slice(cut, -1));
const unscaled = (values) => Array.from(values, (value) => low + value * (high - low));

const scores = [];
for (let seed = 1; seed <= Number(option('seeds', 5)); seed++) {
  setRandomSeed(seed);
  const net = sequential([layers.lstm({ units: 4, inputShape: [1, 1] }), layers.dense({ units: 1 })]).compile({ optimizer: 'adam', loss: 'mse' });
  await net.fit(train.x, train.y, { epochs: Number(option('epochs', 100)), batchSize: 1, verbose: 0 });
  const [learned, other] = await Promise.all([train, test].map(async ({ x, y }) => rmse(unscaled((await net.predict(x)).data), unscaled(y))));
  scores.push(other);
  console.log(`seed ${seed}: RMSE ${learned.toFixed(2)} on the first ${train.y.length} months, ${other.toFixed(2)} on the last ${test.y.length}`);
}
const median = scores.sort((a, b) => a - b)[scores.length >> 1];
console.log(`median RMSE on the last months ${median.toFixed(2)}`);
console.log(`saying that nothing changes: ${rmse(unscaled(test.x.flat(2)), unscaled(test.y)).toFixed(2)}`);
