// Three species of iris by four measures. --epochs N, --seed N.
import { layers, optimizers, sequential, setRandomSeed } from 'myelin';
import { confusionMatrix, option, readCsv } from './common.mjs';
import { split } from './data/split.mjs';

setRandomSeed(Number(option('seed', 1)));
const rows = readCsv(new URL('data/iris.csv', import.meta.url));
const species = [...new Set(rows.map((row) => row[4]))];
const table = {
  x: Float32Array.from(rows.flatMap((row) => row.slice(0, 4).map(Number))),
  y: Int32Array.from(rows, (row) => species.indexOf(row[4])),
  rows: rows.length,
  width: 4,
};
const { train, test } = split(table, 30, 1);

const model = sequential([layers.dense({ units: 8, activation: 'relu', inputShape: [4] }), layers.dense({ units: species.length, activation: 'softmax' })]);
const net = model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
await net.fit(train.x, train.y, { epochs: Number(option('epochs', 200)), batchSize: 5, verbose: 0 });

const { accuracy } = await net.evaluate(test.x, test.y);
console.log(`accuracy on ${test.y.length} flowers not seen before: ${(100 * accuracy).toFixed(1)} %`);
console.log(confusionMatrix(test.y, await net.predict(test.x), species));
const { data } = await net.predict([[6.1, 2.9, 4.7, 1.4]]);
species.forEach((name, i) => console.log(`${name}: ${(100 * data[i]).toFixed(1)} %`));
