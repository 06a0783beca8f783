// TensorFlow.js: the layers API for training and prediction, core operations for the rest.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { repeat } from '../measure.mjs';

const packagePath = (name) => `${dirname(createRequire(import.meta.url).resolve(name))}/`;

async function open(backend) {
  console.warn = () => {}; // it advertises its native package
  const tf = await import('@tensorflow/tfjs');
  if (backend === 'wasm') (await import('@tensorflow/tfjs-backend-wasm')).setWasmPaths(packagePath('@tensorflow/tfjs-backend-wasm'));
  await tf.setBackend(backend);
  await tf.ready();

  const build = ({ sizes, activations }) => tf.sequential({ layers: activations.map((activation, i) => tf.layers.dense({ units: sizes[i + 1], activation, inputShape: [sizes[i]] })) });

  function train(spec) {
    const model = build(spec);
    model.compile({ optimizer: spec.optimizer, loss: spec.loss });
    const x = tf.tensor2d(spec.x, [spec.rows, spec.sizes[0]]);
    const y = tf.tensor2d(spec.y, [spec.rows, spec.sizes.at(-1)]);
    return (epochs) => model.fit(x, y, { batchSize: spec.batch, epochs, verbose: 0 });
  }

  function predict(spec) {
    const model = build(spec);
    return repeat(() => tf.tidy(() => model.predict(tf.tensor2d(spec.x, [spec.rows, spec.sizes[0]])).dataSync()));
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
    const input = tf.tensor2d(x, [rows, cols]);
    return repeat(() =>
      tf.tidy(() => {
        let y = input;
        for (let i = 0; i < times; i++) y = functions[op](y);
      }),
    );
  }

  return { train, predict, gemm, map };
}

export const engines = {
  'tfjs-wasm': { package: '@tensorflow/tfjs', open: () => open('wasm') },
  'tfjs-cpu': { package: '@tensorflow/tfjs', open: () => open('cpu') },
};
