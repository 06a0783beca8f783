// MNIST and Fashion-MNIST have the same form, and one network learns either.
import { join } from 'node:path';
import { layers, loadModel, optimizers, runtime, sequential, setRandomSeed } from 'myelin';
import { confusionMatrix, identical, option, readIdx, target } from './common.mjs';

/** Classes of Fashion-MNIST. */
export const CLOTHES = ['T-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'boot'];

/** One hidden layer. */
const perceptron = () => [layers.flatten(), layers.dense({ units: 128, activation: 'relu' })];

/** Trains a network (784-128-10 if no other is given), measures, saves, loads and predicts again. --data DIR, --epochs N, --seed N, --save FILE. */
export async function learnPictures(name, { folder, epochs, classNames, network = perceptron, published }) {
  setRandomSeed(Number(option('seed', 1)));
  const from = option('data', folder);
  const read = (file) => readIdx(join(from, `${file}-ubyte.gz`));
  const [x, y, test, yTest] = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map(read);

  const model = sequential([
    // Pictures stay bytes until a step reads them.
    layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
    ...network(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  const net = model.compile({ optimizer: optimizers.adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  model.summary();

  const rounds = Number(option('epochs', epochs));
  const started = performance.now();
  await net.fit(x, y, { epochs: rounds, batchSize: 128, verbose: process.stdout.isTTY ? 1 : 2 });
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const { threads, simd } = runtime();
  console.log(`${rounds} epochs over ${x.shape[0]} pictures in ${seconds} s with ${threads} threads (${simd})`);

  const { accuracy } = await net.evaluate(test, yTest, { batchSize: 1000 });
  console.log(`test accuracy ${(100 * accuracy).toFixed(2)} % of ${test.shape[0]} pictures`);
  if (published) console.log(`published: ${published}`);
  const predictions = await net.predict(test, { batchSize: 1000 });
  console.log(confusionMatrix(yTest.data, predictions, classNames));

  const file = target(name);
  await net.save(file);
  const again = await (await loadModel(file)).predict(test, { batchSize: 1000 });
  const same = identical(predictions.data, again.data);
  console.log(same ? `saved to ${file}, loaded, and predicted again: identical` : 'the loaded model predicts something else');
  if (!same) process.exitCode = 1;
}
