// A regression: how many rings an abalone has, from its sex, size and weights. --data FILE (no titles; the target last),
// --epochs N, --seed N.
import { callbacks, initializers, layers, optimizers, sequential, setRandomSeed } from 'myelin';
import { option, readCsv } from './common.mjs';
import { split } from './data/split.mjs';

setRandomSeed(Number(option('seed', 1)));
const rows = readCsv(option('data', new URL('data/abalone.csv.gz', import.meta.url)));

// A column of words becomes one column of 0 and 1 per word.
const columns = rows[0].slice(0, -1).map((cell, c) => {
  if (!Number.isNaN(Number(cell))) return null;
  const words = [...new Set(rows.map((row) => row[c]))].sort();
  if (words.length > 20) throw new Error(`column ${c + 1} has ${words.length} different words; a first line of titles must be left out`);
  return words;
});
const features = rows.map((row) => columns.flatMap((words, c) => (words ? words.map((word) => Number(row[c] === word)) : [Number(row[c])])));
const width = features[0].length;
const table = { x: Float32Array.from(features.flat()), y: Float32Array.from(rows, (row) => Number(row.at(-1))), rows: rows.length, width };
const { train, test } = split(table, Math.round(rows.length / 5), 1);

// Every column to mean 0 and deviation 1, as the training rows have it.
const count = train.y.length;
for (let c = 0; c < width; c++) {
  let [sum, squares] = [0, 0];
  for (let r = 0; r < count; r++) {
    sum += train.x[r * width + c];
    squares += train.x[r * width + c] ** 2;
  }
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 1e-12));
  for (const { x } of [train, test]) for (let at = c; at < x.length; at += width) x[at] = (x[at] - mean) / deviation;
}
const mean = train.y.reduce((a, b) => a + b) / count;

const model = sequential([
  layers.dense({ units: 32, activation: 'relu', inputShape: [width] }),
  layers.dense({ units: 16, activation: 'relu' }),
  layers.dense({ units: 1, biasInitializer: initializers.constant({ value: mean }) }),
]);
const net = model.compile({ optimizer: optimizers.adam({ learningRate: 0.003 }), loss: 'meanSquaredError', metrics: ['rmse'] });
const patience = callbacks.earlyStopping({ patience: 10, restoreBestWeights: true });
const { epoch } = await net.fit(train.x, train.y, { epochs: Number(option('epochs', 100)), batchSize: 32, validationSplit: 0.1, callbacks: [patience] });
console.log(`trained on ${count} rows of ${width} numbers for ${epoch.length} epochs, the best was number ${patience.bestEpoch + 1}`);

const { rmse } = await net.evaluate(test.x, test.y);
const plain = Math.sqrt(test.y.reduce((sum, y) => sum + (y - mean) ** 2, 0) / test.y.length);
console.log(`RMSE on ${test.y.length} other rows: ${rmse.toFixed(3)}; always answering the mean: ${plain.toFixed(3)}`);
const { data } = await net.predict(test.x.subarray(0, 5 * width));
data.forEach((value, i) => console.log(`predicted ${value.toFixed(1).padStart(6)}, true ${test.y[i].toFixed(1)}`));
