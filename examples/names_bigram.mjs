// Names letter by letter, each from the one before: the best that such a model can reach is known exactly. --data DIR, --epochs N, --seed N.
import { layers, optimizers, schedules, sequential, setRandomSeed } from 'myelin';
import { option } from './common.mjs';
import { ALPHABET, readNames, spelled } from './names.mjs';

setRandomSeed(Number(option('seed', 1)));
const names = readNames(option('data', '../shared/data/text'));
const { x, y } = spelled(names, 1);

const epochs = Number(option('epochs', 30));
const batchSize = 4096;
const steps = Math.ceil(y.length / batchSize) * epochs;
const model = sequential([layers.embedding({ inputDim: ALPHABET.length, outputDim: ALPHABET.length, inputShape: [1], dtype: 'int32' }), layers.flatten(), layers.softmax()]);
const net = model.compile({
  optimizer: optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: steps }) }),
  loss: 'sparseCategoricalCrossentropy',
});
await net.fit(x, y, { epochs, batchSize });

/** Counting the pairs gives the optimum. */
function counted() {
  const width = ALPHABET.length;
  const pairs = new Float64Array(width * width);
  const firsts = new Float64Array(width);
  y.forEach((next, i) => {
    pairs[x[i] * width + next]++;
    firsts[x[i]]++;
  });
  return y.reduce((sum, next, i) => sum - Math.log(pairs[x[i] * width + next] / firsts[x[i]]), 0) / y.length;
}
const { loss } = await net.evaluate(x, y, { batchSize });
console.log(`${y.length} pairs of letters from ${names.length} names`);
console.log(`loss ${loss.toFixed(4)}, by counting ${counted().toFixed(4)}`);
