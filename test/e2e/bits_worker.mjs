// Trains the same networks in the way its arguments say and prints a hash of the weights: node bits_worker.mjs <dist> <init options as JSON>
// [early: without waiting until all threads are there]
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [, , dist, options, early] = process.argv;
const { init, layers, runtime, sequential, setRandomSeed } = await import(pathToFileURL(dist).href);
await init(JSON.parse(options));
while (!early && runtime().state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
setRandomSeed(2026);
const net = sequential([
  layers.dense({ units: 256, activation: 'relu', inputShape: [300] }),
  layers.dropout({ rate: 0.3 }),
  layers.dense({ units: 192, activation: 'tanh', kernelRegularizer: 'l2' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

// Numbers by arithmetic alone, so that every runtime makes the same.
let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32 - 0.5;
};
const rows = 1100;
const x = Float32Array.from({ length: rows * 300 }, random);
const y = Int32Array.from({ length: rows }, () => Math.floor((random() + 0.5) * 10));

const { history } = await net.fit(x, y, { epochs: 3, batchSize: 128, validationSplit: 0.1 });
const weights = await net.getWeights();
const predicted = await net.predict(x.subarray(0, 300 * 100));

const walker = sequential([
  layers.bidirectional({ layer: layers.lstm({ units: 40, returnSequences: true }), inputShape: [15, 20] }),
  layers.gru({ units: 33, recurrentDropout: 0.2 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
await walker.fit(x.subarray(0, 300 * 200), y.subarray(0, 200), { epochs: 2, batchSize: 45 });
const walked = [...(await walker.getWeights()), await walker.predict(x.subarray(0, 300 * 50))];

const reader = sequential([
  layers.layerNormalization({ inputShape: [30, 10] }),
  layers.multiHeadAttention({ numHeads: 4, keyDim: 16, useCausalMask: true, dropout: 0.1 }),
  layers.rmsNormalization(),
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
]).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
await reader.fit(x.subarray(0, 300 * 200), y.subarray(0, 200), { epochs: 2, batchSize: 45 });
const read = [...(await reader.getWeights()), await reader.predict(x.subarray(0, 300 * 50))];

const pictures = sequential([
  layers.randomFlip({ inputShape: [15, 20, 1] }),
  layers.randomRotation({ factor: 0.1 }),
  layers.randomZoom({ heightFactor: 0.2, fillMode: 'wrap' }),
  layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.2, fillMode: 'constant' }),
  layers.randomContrast({ factor: 0.3, valueRange: [-1, 1] }),
  layers.randomCrop({ height: 12, width: 16 }),
  layers.conv2d({ filters: 6, kernelSize: 3 }),
  layers.randomRotation({ factor: 0.05 }),
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
]).compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
await pictures.fit(x.subarray(0, 300 * 200), y.subarray(0, 200), { epochs: 2, batchSize: 45 });
walked.push(...(await pictures.getWeights()));

const hash = createHash('sha256');
for (const { data } of [...weights, predicted, ...walked, ...read]) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
const { threads, worker, payload, simd } = runtime();
console.log(JSON.stringify({ hash: hash.digest('hex'), loss: history.loss, valLoss: history.valLoss, threads, worker, payload, simd }));
