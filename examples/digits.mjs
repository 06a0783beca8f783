// Handwritten digits, 8×8 pixels: train, test, save, load, predict again. --epochs N, --seed N, --save FILE.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { layers, loadModel, optimizers, runtime, sequential, setRandomSeed } from 'myelin';
import { confusionMatrix, identical, option, target } from './common.mjs';
import { parseDigits } from './data/digits.mjs';
import { split } from './data/split.mjs';

const epochs = Number(option('epochs', 40));
const file = target('digits');
setRandomSeed(Number(option('seed', 1)));

const csv = gunzipSync(readFileSync(new URL('data/digits.csv.gz', import.meta.url))).toString();
const { train, test } = split(parseDigits(csv), 360, 1);

const model = sequential([
  // 64 shares of ink.
  layers.dense({ units: 128, activation: 'relu', inputShape: [64] }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const net = model.compile({ optimizer: optimizers.adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

const started = performance.now();
await net.fit(train.x, train.y, { epochs, batchSize: 32, verbose: process.stdout.isTTY ? 1 : 2 });
const seconds = ((performance.now() - started) / 1000).toFixed(2);
const { threads, simd } = runtime();
console.log(`${epochs} epochs over ${train.y.length} digits in ${seconds} s with ${threads} threads (${simd})`);

const { accuracy } = await net.evaluate(test.x, test.y);
console.log(`test accuracy ${(100 * accuracy).toFixed(2)} % of ${test.y.length} digits`);
const predictions = await net.predict(test.x);
console.log(confusionMatrix(test.y, predictions));

await net.save(file);
const again = await (await loadModel(file)).predict(test.x);
const same = identical(predictions.data, again.data);
console.log(same ? `saved to ${file}, loaded, and predicted again: identical` : 'the loaded model predicts something else');
if (!same) process.exitCode = 1;
