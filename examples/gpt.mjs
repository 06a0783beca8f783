// A transformer that reads Shakespeare letter by letter, then writes on (Radford and others 2018).
// --data DIR, --iterations N, --letters N, --seed N. Published, same sizes: loss 1.88 on parts of the last tenth after 2000 iterations (nanoGPT).
import { join } from 'node:path';
import { functional, initializers, input, layers, optimizers, schedules, setRandomSeed } from 'myelin';
import { drawn, option, readBytes } from './common.mjs';
import { random } from './data/split.mjs';

const [BLOCK, BATCH, DEPTH, HEADS, WIDTH] = [64, 12, 4, 4, 128];
const iterations = Number(option('iterations', 2000));
const seed = Number(option('seed', 1));
setRandomSeed(seed);

const text = readBytes(join(option('data', '../shared/data/text'), 'tinyshakespeare.txt')).toString();
const letters = [...new Set(text)].sort();
const codes = Int32Array.from(text, (letter) => letters.indexOf(letter));
const cut = Math.floor(0.9 * codes.length);

/** Pieces of the text from some places on, and each letter's next one. */
function pieces(places) {
  const of = (shift) => ({ data: Int32Array.from(places.flatMap((at) => [...codes.subarray(at + shift, at + shift + BLOCK)])), shape: [places.length, BLOCK] });
  return [of(0), of(1)];
}

const small = (stddev) => initializers.randomNormal({ stddev });
const kernelInitializer = small(0.02);
/** Branches are added 2·DEPTH times. */
const branch = small(0.02 / Math.sqrt(2 * DEPTH));
const normal = (x) => layers.layerNormalization({ epsilon: 1e-5 }).apply(x);

function block(x) {
  const seen = layers.multiHeadAttention({ numHeads: HEADS, keyDim: WIDTH / HEADS, useCausalMask: true, kernelInitializer }).apply(normal(x));
  const read = layers.add().apply(x, seen);
  const wide = layers.dense({ units: 4 * WIDTH, activation: 'gelu', kernelInitializer }).apply(normal(read));
  return layers.add().apply(read, layers.dense({ units: WIDTH, kernelInitializer: branch }).apply(wide));
}

const places = input({ shape: [BLOCK], dtype: 'int32' });
let x = layers.embedding({ inputDim: letters.length, outputDim: WIDTH, embeddingsInitializer: small(0.02) }).apply(places);
x = layers.positionalEmbedding({ sequenceLength: BLOCK, embeddingsInitializer: small(0.02) }).apply(x);
for (let i = 0; i < DEPTH; i++) x = block(x);
const outputs = layers.dense({ units: letters.length, activation: 'softmax', useBias: false, kernelInitializer }).apply(normal(x));

const warmupSteps = Math.min(100, iterations / 10);
const learningRate = schedules.cosineDecay({ initialLearningRate: 0, warmupTarget: 1e-3, warmupSteps, decaySteps: iterations - warmupSteps, alpha: 0.1 });
const net = functional({ inputs: places, outputs }).compile({
  optimizer: optimizers.adamW({ learningRate, weightDecay: 0.1, beta2: 0.99, globalClipnorm: 1, excludeFromWeightDecay: ['bias', 'beta', 'gamma'] }),
  loss: 'sparseCategoricalCrossentropy',
});
const next = random(seed);
const anywhere = Array.from({ length: iterations * BATCH }, () => Math.floor(next() * (cut - BLOCK - 1)));
const started = performance.now();
const { history } = await net.fit(...pieces(anywhere), { batchSize: BATCH, epochs: 1, shuffle: false });
const seconds = (performance.now() - started) / 1000;
console.log(`${iterations} iterations in ${seconds.toFixed(1)} s, loss on the way ${history.loss[0].toFixed(4)}`);

const held = Array.from({ length: Math.floor((codes.length - 1 - cut) / BLOCK) }, (_, i) => cut + i * BLOCK);
const { loss } = await net.evaluate(...pieces(held), { batchSize: 64 });
console.log(`loss on the last tenth of the text ${loss.toFixed(4)}; published, 2000 iterations: 1.88`);

const written = [letters.indexOf('\n')];
const wanted = Number(option('letters', 400));
while (written.length <= wanted) {
  const before = written.slice(-BLOCK);
  const places = Int32Array.from({ length: BLOCK }, (_, i) => before[i] ?? 0); // what comes later isn't seen
  const { data } = await net.predict({ data: places, shape: [1, BLOCK] });
  written.push(drawn(data.subarray((before.length - 1) * letters.length, before.length * letters.length), next));
}
console.log(written.map((code) => letters[code]).join(''));
