// Kinds of questions by convolution over words (Kim 2014, "CNN-rand"): TREC.train.all and TREC.test.all in --data DIR, a question a
// line: its class, then its words. --seeds N, --epochs N.
import { join } from 'node:path';
import { constraints, functional, initializers, input, layers, optimizers, setRandomSeed } from 'myelin';
import { option, readBytes } from './common.mjs';

const WINDOWS = [3, 4, 5];
const CLASSES = 6;
const folder = option('data', '../shared/data/text');

/** Classes and words of all questions in a file. */
function questions(name) {
  const lines = readBytes(join(folder, name)).toString('latin1').trim().split('\n');
  return lines.map((line) => {
    const [label, ...words] = line.trim().split(/\s+/);
    return { label: Number(label), words };
  });
}

const [train, test] = [questions('TREC.train.all'), questions('TREC.test.all')];
// 0 fills up short questions, 1 stands for words that no question of the training part has.
const numbers = new Map([...new Set(train.flatMap(({ words }) => words))].map((word, i) => [word, i + 2]));
const longest = Math.max(...train.map(({ words }) => words.length));
const encoded = (list) => ({
  x: { data: Int32Array.from(list.flatMap(({ words }) => Array.from({ length: longest }, (_, i) => (i < words.length ? (numbers.get(words[i]) ?? 1) : 0)))), shape: [list.length, longest] },
  y: Int32Array.from(list, ({ label }) => label),
});
const [known, unseen] = [encoded(train), encoded(test)];

function network() {
  const words = input({ shape: [longest], dtype: 'int32' });
  const uniform = initializers.randomUniform({ minval: -0.25, maxval: 0.25 });
  const vectors = layers.embedding({ inputDim: numbers.size + 2, outputDim: 300, embeddingsInitializer: uniform }).apply(words);
  const found = WINDOWS.map((kernelSize) => layers.globalMaxPooling1d().apply(layers.conv1d({ filters: 100, kernelSize, activation: 'relu' }).apply(vectors)));
  const features = layers.dropout({ rate: 0.5 }).apply(layers.concatenate().apply(...found));
  const output = layers.dense({ units: CLASSES, activation: 'softmax', kernelConstraint: constraints.maxNorm({ maxValue: 3 }) }).apply(features);
  return functional({ inputs: words, outputs: output });
}

const accuracies = [];
for (let seed = 1; seed <= Number(option('seeds', 5)); seed++) {
  setRandomSeed(seed);
  const model = network();
  const net = model.compile({ optimizer: optimizers.adadelta({ learningRate: 1, rho: 0.95, epsilon: 1e-6 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  await net.fit(known.x, known.y, { epochs: Number(option('epochs', 8)), batchSize: 50, verbose: process.stdout.isTTY ? 1 : 0 });
  const { accuracy } = await net.evaluate(unseen.x, unseen.y);
  accuracies.push(100 * accuracy);
  console.log(`seed ${seed}: ${(100 * accuracy).toFixed(1)} % of ${test.length} questions that were held back`);
  await model.dispose();
}
const mean = accuracies.reduce((a, b) => a + b) / accuracies.length;
console.log(`mean accuracy ${mean.toFixed(2)} %; published: 91.2 % (Kim 2014), 88.2 % (sent-conv-torch, random vectors)`);
