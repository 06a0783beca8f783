// TensorFlow.js: the layers API for training and prediction, core operations for the rest.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { gradientScale } from '../data.mjs';
import { repeat } from '../measure.mjs';

const packagePath = (name) => `${dirname(createRequire(import.meta.url).resolve(name))}/`;

async function open(backend) {
  console.warn = () => {}; // it advertises its native package
  const tf = await import('@tensorflow/tfjs');
  if (backend === 'wasm') (await import('@tensorflow/tfjs-backend-wasm')).setWasmPaths(packagePath('@tensorflow/tfjs-backend-wasm'));
  await tf.setBackend(backend);
  await tf.ready();

  const build = ({ sizes, activations }) => tf.sequential({ layers: activations.map((activation, i) => tf.layers.dense({ units: sizes[i + 1], activation, inputShape: [sizes[i]] })) });

  const convnet = () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    });
  const CONVNET = { shape: [28, 28, 1], classes: 10, loss: 'categoricalCrossentropy' };

  const train = (spec) => trained(build(spec), { ...spec, shape: [spec.sizes[0]], classes: spec.sizes.at(-1) });
  const trainConvnet = (spec) => trained(convnet(), { ...spec, ...CONVNET });

  /** A GRU as Keras has it now can't be made: resetAfter throws. */
  const trainRecurrent = (spec) =>
    spec.cell === 'lstm' &&
    trained(tf.sequential({ layers: [tf.layers.lstm({ units: spec.units, inputShape: [spec.places, spec.features] }), tf.layers.dense({ units: spec.classes, activation: 'softmax' })] }), {
      ...spec,
      optimizer: 'adam',
      loss: 'categoricalCrossentropy',
      shape: [spec.places, spec.features],
    });

  function trained(model, spec) {
    model.compile({ optimizer: spec.optimizer, loss: spec.loss });
    const x = tf.tensor(spec.x, [spec.rows, ...spec.shape]);
    const y = tf.tensor2d(spec.y, [spec.rows, spec.classes]);
    return (epochs) => model.fit(x, y, { batchSize: spec.batch, epochs, verbose: 0 });
  }

  /** An answer that `tidy` sees it looks through for tensors, number by number. */
  const read = (work) =>
    repeat(() =>
      tf.tidy(() => {
        work().dataSync();
      }),
    );

  function trainOnBatch({ sizes, activations, optimizer, loss, rows, x, y }) {
    const model = build({ sizes, activations });
    model.compile({ optimizer, loss });
    return repeat(async () => {
      const batch = [tf.tensor2d(x, [rows, sizes[0]]), tf.tensor2d(y, [rows, sizes.at(-1)])];
      await model.trainOnBatch(...batch);
      tf.dispose(batch);
    });
  }

  const predicted = (model, { x, rows }, shape) => read(() => model.predict(tf.tensor(x, [rows, ...shape])));
  const predict = (spec) => predicted(build(spec), spec, [spec.sizes[0]]);
  const predictConvnet = (spec) => predicted(convnet(), spec, CONVNET.shape);

  function conv({ pass, batch, size, channels, x, dy, kernel }) {
    const shape = [batch, size, size, channels];
    const [image, gradient, filter] = [tf.tensor(x, shape), tf.tensor(dy, shape), tf.tensor(kernel, [3, 3, channels, channels])];
    const forward = (v, k) => tf.conv2d(v, k, 1, 'same');
    const passes = {
      forward: () => forward(image, filter),
      'input gradient': () => tf.grad((v) => forward(v, filter))(image, gradient),
      'forward and filter gradient': () => tf.valueAndGrad((k) => forward(image, k))(filter, gradient).grad,
    };
    return read(passes[pass]);
  }

  function gemm({ n, a, b, transposeA, transposeB, repeat: times }) {
    const [left, right] = [tf.tensor2d(a, [n, n]), tf.tensor2d(b, [n, n])];
    return repeat(() =>
      tf.tidy(() => {
        let y = left;
        for (let i = 0; i < times; i++) y = tf.matMul(y, right, transposeA, transposeB);
      }),
    );
  }

  const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const functions = { relu: tf.relu, tanh: tf.tanh, sigmoid: tf.sigmoid, exponential: tf.exp, 'exp(-x)': (x) => tf.exp(tf.neg(x)), gelu, softmax: (x) => tf.softmax(x) };

  function map({ op, rows, cols, x, repeat: times }) {
    if (times === 1) return read(() => functions[op](tf.tensor2d(x, [rows, cols])));
    const input = tf.tensor2d(x, [rows, cols]);
    return repeat(() =>
      tf.tidy(() => {
        let y = input;
        for (let i = 0; i < times; i++) y = functions[op](y);
      }),
    );
  }

  function layerNorm(x, gamma, beta) {
    const { mean, variance } = tf.moments(x, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gamma), beta);
  }

  function rows({ op, rows: count, cols, repeat: times, x }) {
    const softmax = op === 'softmax';
    const leaves = [tf.tensor2d(x, [count, cols]), tf.ones([cols]), tf.zeros([cols])];
    function row(given, gamma, beta) {
      // Of a leaf that isn't used there is no gradient.
      let y = softmax ? tf.add(tf.mul(given, gamma), beta) : given;
      for (let i = 0; i < times; i++) y = softmax ? tf.softmax(y) : layerNorm(y, gamma, beta);
      return tf.mul(tf.sum(tf.mul(tf.slice(y, 0, 1), tf.slice(given, 0, 1))), gradientScale(op));
    }
    const gradients = tf.grads(row);
    return repeat(() => tf.dispose(gradients(leaves)));
  }

  return { train, trainOnBatch, trainConvnet, trainRecurrent, predict, predictConvnet, conv, gemm, map, rows };
}

export const engines = {
  'tfjs-wasm': { package: '@tensorflow/tfjs', open: () => open('wasm') },
  'tfjs-cpu': { package: '@tensorflow/tfjs', open: () => open('cpu') },
};
