// Names letter by letter, each from the three before, by a perceptron (Bengio and others 2003); then it makes names up.
// --data DIR, --epochs N, --seed N.
import { layers, optimizers, schedules, sequential, setRandomSeed } from 'myelin';
import { drawn, option } from './common.mjs';
import { random, shuffled } from './data/split.mjs';
import { ALPHABET, readNames, spelled } from './names.mjs';

const CONTEXT = 3;
const seed = Number(option('seed', 1));
setRandomSeed(seed);
const names = shuffled(readNames(option('data', '../shared/data/text')), 42);
const [most, held] = [0.8, 0.9].map((share) => Math.floor(share * names.length));
const train = spelled(names.slice(0, most), CONTEXT);
const validation = spelled(names.slice(most, held), CONTEXT);

const epochs = Number(option('epochs', 35));
const batchSize = 32;
const steps = Math.ceil(train.y.length / batchSize) * epochs;
const model = sequential([
  layers.embedding({ inputDim: ALPHABET.length, outputDim: 10, embeddingsInitializer: 'randomNormal', inputShape: [CONTEXT], dtype: 'int32' }),
  layers.flatten(),
  layers.dense({ units: 200, activation: 'tanh' }),
  layers.dense({ units: ALPHABET.length, activation: 'softmax' }),
]);
const net = model.compile({
  optimizer: optimizers.sgd({ learningRate: schedules.piecewiseConstantDecay({ boundaries: [Math.floor(steps / 2)], values: [0.1, 0.01] }) }),
  loss: 'sparseCategoricalCrossentropy',
});
const started = performance.now();
await net.fit(train.x, train.y, { epochs, batchSize });
console.log(`${steps} steps in ${((performance.now() - started) / 1000).toFixed(1)} s`);
for (const [name, { x, y }] of Object.entries({ train, validation })) {
  const { loss } = await net.evaluate(x, y, { batchSize: 1024 });
  console.log(`${name} loss ${loss.toFixed(4)}`);
}
console.log('published, same network: train 2.1245, validation 2.1682 (nn-zero-to-hero)');

const next = random(seed);
async function invent() {
  const before = new Array(CONTEXT).fill(0);
  let name = '';
  for (;;) {
    const letter = drawn((await net.predict([before])).data, next);
    if (letter === 0) return name;
    name += ALPHABET[letter];
    before.push(letter);
    before.shift();
  }
}
console.log('names made up:', (await Promise.all(Array.from({ length: 10 }, invent))).join(', '));
