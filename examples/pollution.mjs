// Fine dust in Beijing an hour ahead, from it and the weather of the hour before, by a recurrent layer. --data DIR, --epochs N, --seed N.
// Published for the same protocol (machinelearningmastery.com): RMSE 26.5.
import { join } from 'node:path';
import { layers, sequential, setRandomSeed } from 'myelin';
import { option, readCsv, rmse } from './common.mjs';

const HOURS = 365 * 24;
setRandomSeed(Number(option('seed', 1)));
const table = readCsv(join(option('data', '../shared/data/series'), 'pollution.csv'));
// The first day has no measurement; other gaps count as 0, as published.
const rows = table.slice(1 + 24);
const winds = [...new Set(rows.map((row) => row[9]))].sort();
const columns = [
  (row) => (row[5] === 'NA' ? 0 : Number(row[5])),
  ...[6, 7, 8].map((i) => (row) => Number(row[i])),
  (row) => winds.indexOf(row[9]),
  ...[10, 11, 12].map((i) => (row) => Number(row[i])),
];
const values = columns.map((column) => Float64Array.from(rows, column));
const ranges = values.map((column) => [column.reduce((a, b) => Math.min(a, b)), column.reduce((a, b) => Math.max(a, b))]);
const scaled = values.map((column, i) => column.map((value) => (value - ranges[i][0]) / (ranges[i][1] - ranges[i][0])));
const [low, high] = ranges[0];

/** Hours `from` to `to` as [hours, 1 step, features], and the dust of the hour after each. */
function stretch(from, to) {
  const x = new Float32Array((to - from) * columns.length);
  scaled.forEach((column, i) => column.slice(from, to).forEach((value, hour) => (x[hour * columns.length + i] = value)));
  return { x: { data: x, shape: [to - from, 1, columns.length] }, y: Float32Array.from(scaled[0].slice(from + 1, to + 1)) };
}
const train = stretch(0, HOURS);
const test = stretch(HOURS, rows.length - 1);

const net = sequential([layers.lstm({ units: 50, inputShape: [1, columns.length] }), layers.dense({ units: 1 })]).compile({ optimizer: 'adam', loss: 'mae' });
const { history } = await net.fit(train.x, train.y, { epochs: Number(option('epochs', 50)), batchSize: 72, shuffle: false });
console.log(`mean absolute error while training ${history.loss[0].toFixed(4)} … ${history.loss.at(-1).toFixed(4)} (scaled)`);

const unscaled = (list) => Array.from(list, (value) => low + value * (high - low));
const truth = unscaled(test.y);
console.log(`RMSE on ${truth.length} later hours ${rmse(unscaled((await net.predict(test.x, { batchSize: 1000 })).data), truth).toFixed(2)}`);
console.log(`saying that nothing changes: ${rmse(unscaled(scaled[0].slice(HOURS, rows.length - 1)), truth).toFixed(2)}`);
