// Handwritten digits from the four IDX files of MNIST (or Fashion-MNIST, which has the same form): --data DIR.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { layers, loadModel, optimizers, runtime, sequential, setRandomSeed } from 'myelin';
import { confusionMatrix, option } from './common.mjs';

/** An IDX file: two zeros, the type, the number of axes, big-endian sizes, bytes. */
function readIdx(path) {
  let bytes = readFileSync(path);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  if (bytes.readUInt16BE(0) !== 0 || bytes[2] !== 8) throw new Error(`${path} is no IDX file of bytes`);
  const shape = Array.from({ length: bytes[3] }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  return { data: new Uint8Array(bytes.subarray(4 + 4 * shape.length)), shape };
}

const folder = option('data', '../shared/data/mnist');
const epochs = Number(option('epochs', 5));
const seed = Number(option('seed', 1));
const read = (name) => readIdx(join(folder, `${name}-ubyte.gz`));
const [x, y, xTest, yTest] = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map(read);
/** Bytes to 0 … 1: rows stay bytes until the engine reads them. */
const scaled = ({ data, shape }) => ({ data: Float32Array.from(data, (v) => v / 255), shape });

setRandomSeed(seed);
const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const net = model.compile({ optimizer: optimizers.adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
model.summary();
const train = scaled(x);
const test = scaled(xTest);
const started = performance.now();
await net.fit(train, y, { epochs, batchSize: 128 });
const seconds = (performance.now() - started) / 1000;
const { threads, simd } = runtime();
console.log(`${epochs} epochs in ${seconds.toFixed(2)} s with ${threads} threads (${simd})`);

const { accuracy } = await net.evaluate(test, yTest, { batchSize: 1000 });
console.log(`test accuracy ${(100 * accuracy).toFixed(2)} %`);
const predictions = await net.predict(test, { batchSize: 1000 });
console.log(confusionMatrix(yTest.data, predictions));

const file = option('save', 'mnist.safetensors');
await net.save(file);
const again = await (await loadModel(file)).predict(test, { batchSize: 1000 });
const same = Buffer.compare(Buffer.from(predictions.data.buffer), Buffer.from(again.data.buffer)) === 0;
console.log(same ? `saved to ${file}, loaded, and predicted again: identical` : 'the loaded model predicts something else');
if (!same) process.exit(1);
