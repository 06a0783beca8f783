// Myelin as a user meets it: the built package, models of layers, `fit` and `predict`.
import { setTimeout } from 'node:timers/promises';
import { gradientScale } from '../data.mjs';
import { repeat } from '../measure.mjs';

/** The network of the suite cnn. */
export const convnet = ({ layers, sequential }) =>
  sequential([
    layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    layers.maxPooling2d(),
    layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);

async function open({ threads, worker = true, ...options }) {
  const { defineLayer, functional, init, input, layers, ops, optimizers, runtime, sequential } = await import('../../dist/index.js');
  await init({ threads, worker, ...options });

  const build = ({ sizes, activations }) => sequential(activations.map((activation, i) => layers.dense({ units: sizes[i + 1], activation, ...(i ? {} : { inputShape: [sizes[0]] }) })));

  const CONVNET = { shape: [28, 28, 1], classes: 10, loss: 'categoricalCrossentropy' };

  const train = (spec) => trained(build(spec), { ...spec, shape: [spec.sizes[0]], classes: spec.sizes.at(-1) });
  const trainConvnet = (spec) => trained(convnet({ layers, sequential }), { ...spec, ...CONVNET });

  function compiled(model, spec) {
    model.compile({ optimizer: optimizers[spec.optimizer]({ learningRate: spec.optimizer === 'sgd' ? 0.01 : 0.001 }), loss: spec.loss });
    return [
      { data: spec.x, shape: [spec.rows, ...spec.shape] },
      { data: spec.y, shape: [spec.rows, spec.classes] },
    ];
  }

  function trained(model, spec) {
    const [x, y] = compiled(model, spec);
    return (epochs) => model.fit(x, y, { batchSize: spec.batch, epochs, verbose: 0 });
  }

  function trainOnBatch(spec) {
    const model = build(spec);
    const [x, y] = compiled(model, { ...spec, shape: [spec.sizes[0]], classes: spec.sizes.at(-1) });
    return repeat(() => model.trainOnBatch(x, y));
  }

  const trainRecurrent = (spec) =>
    trained(sequential([layers[spec.cell]({ units: spec.units, inputShape: [spec.places, spec.features] }), layers.dense({ units: spec.classes, activation: 'softmax' })]), {
      ...spec,
      optimizer: 'adam',
      loss: 'categoricalCrossentropy',
      shape: [spec.places, spec.features],
    });

  function trainGpt({ vocabulary, depth, heads, width, block, batch, rows, x, y }) {
    const normal = (value) => layers.layerNormalization({ epsilon: 1e-5 }).apply(value);
    const places = input({ shape: [block], dtype: 'int32' });
    let value = layers.embedding({ inputDim: vocabulary, outputDim: width }).apply(places);
    value = layers.positionalEmbedding({ sequenceLength: block }).apply(value);
    for (let i = 0; i < depth; i++) {
      value = layers.add().apply(value, layers.multiHeadAttention({ numHeads: heads, keyDim: width / heads, useCausalMask: true }).apply(normal(value)));
      const wide = layers.dense({ units: 4 * width, activation: 'gelu' }).apply(normal(value));
      value = layers.add().apply(value, layers.dense({ units: width }).apply(wide));
    }
    const outputs = layers.dense({ units: vocabulary, useBias: false, activation: 'softmax' }).apply(normal(value));
    const model = functional({ inputs: places, outputs }).compile({ optimizer: optimizers.adamW({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy' });
    const shape = [rows, block];
    return (epochs) => model.fit({ data: x, shape }, { data: y, shape }, { batchSize: batch, epochs, verbose: 0 });
  }

  /** A layer of the benchmark's own: normalised or softmax rows of normalised or softmax rows of a weight, and so on. */
  const rowsOfRows = defineLayer({
    className: 'RowsOfRows',
    defaults: { op: '', rows: 0, cols: 0, repeat: 0 },
    call(scope, x) {
      const { op, rows, cols, repeat: times } = scope.config;
      const [gamma, beta] = ['gamma', 'beta'].map((name) => scope.weight(name, [cols], { initializer: name === 'gamma' ? 'ones' : 'zeros' }));
      const given = scope.weight('rows', [rows, cols], { initializer: 'zeros', trainable: false });
      let y = ops.add(given, beta);
      for (let i = 0; i < times; i++) y = op === 'softmax' ? ops.softmax(y) : ops.layerNorm(y, gamma, beta, { epsilon: 1e-5 });
      const large = ops.constant(x.tracer, { shape: [], dtype: 'float32', value: gradientScale(op) });
      const row = (value) => ops.slice(value, { begin: [0, 0], size: [1, cols], stride: [1, 1] });
      return ops.add(x, ops.mul(ops.mul(row(y), row(given)), large));
    },
  });

  async function rows({ op, rows: count, cols, repeat: times, x }) {
    const model = sequential([rowsOfRows({ op, rows: count, cols, repeat: times, inputShape: [cols] })]);
    const weights = await model.getWeights();
    await model.setWeights(weights.map((weight) => (weight.shape.length === 2 ? { data: x, shape: [count, cols] } : weight)));
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1e-36 }), loss: 'mse' });
    const row = { data: new Float32Array(cols), shape: [1, cols] };
    return (epochs) => model.fit(row, row, { epochs, verbose: 0 });
  }

  /** Direct mode answers at once, without a promise to wait for. */
  async function predictor(model, x, batchSize) {
    if (worker) return repeat(() => model.predict(x, { batchSize }));
    await model.ready();
    return repeat(() => {
      model.predictSync(x, { batchSize });
    });
  }

  /** A compiled model forgets its plans when it's compiled again. */
  function plan(spec) {
    const model = build(spec);
    const [x, y] = [spec.sizes[0], spec.sizes.at(-1)].map((width) => ({ data: new Float32Array(spec.batch * width), shape: [spec.batch, width] }));
    return repeat(() => {
      model.compile({ optimizer: spec.optimizer, loss: 'mse' });
      return model.explain(x, y, { batchSize: spec.batch });
    });
  }

  const predict = (spec) => predictor(build(spec), { data: spec.x, shape: [spec.rows, spec.sizes[0]] }, spec.rows);

  const predictConvnet = ({ rows, x }) => predictor(convnet({ layers, sequential }), { data: x, shape: [rows, ...CONVNET.shape] }, rows);

  /** A layer of the benchmark's own: a pass over a picture that it holds, of which a few numbers go out. */
  const convolution = defineLayer({
    className: 'Convolution',
    defaults: { pass: '', batch: 0, size: 0, channels: 0 },
    call(scope, x) {
      const { pass, batch, size, channels } = scope.config;
      const image = scope.weight('image', [batch, size, size, channels], { initializer: 'zeros', trainable: false });
      const filter = scope.weight('filter', [3, 3, channels, channels], { initializer: 'zeros' });
      const padding = [1, 1, 1, 1];
      const y = pass === 'input gradient' ? ops.conv2dTranspose(image, filter, { padding, size: [size, size] }) : ops.conv2d(image, filter, { padding });
      const part = ops.slice(y, { begin: [0, 0, 0, 0], size: [1, 1, 1, channels], stride: [1, 1, 1, 1] });
      return ops.add(x, ops.reshape(part, { shape: [1, channels] }));
    },
  });

  async function conv({ pass, batch, size, channels, x, dy, kernel }) {
    const model = sequential([convolution({ pass, batch, size, channels, inputShape: [channels] })]);
    await model.setWeights([
      { data: pass === 'input gradient' ? dy : x, shape: [batch, size, size, channels] },
      { data: kernel, shape: [3, 3, channels, channels] },
    ]);
    const row = { data: new Float32Array(channels), shape: [1, channels] };
    if (pass !== 'forward and filter gradient') return predictor(model, row, 1);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1e-9 }), loss: 'mse' });
    return (epochs) => model.fit(row, row, { epochs, verbose: 0 });
  }

  /** A layer of the benchmark's own: a chain of products of its two weights, of which one row goes out. */
  const chain = defineLayer({
    className: 'Chain',
    defaults: { n: 0, repeat: 0, transposeA: false, transposeB: false },
    call(scope, x) {
      const { n, repeat: times, transposeA, transposeB } = scope.config;
      let y = scope.weight('a', [n, n], { initializer: 'zeros' });
      const b = scope.weight('b', [n, n], { initializer: 'zeros' });
      for (let i = 0; i < times; i++) y = ops.matmul(y, b, { transposeA, transposeB });
      return ops.add(x, ops.slice(y, { begin: [0, 0], size: [1, n], stride: [1, 1] }));
    },
  });

  async function gemm({ n, a, b, transposeA, transposeB, repeat: times }) {
    const model = sequential([chain({ n, repeat: times, transposeA, transposeB, inputShape: [n] })]);
    await model.setWeights([
      { data: a, shape: [n, n] },
      { data: b, shape: [n, n] },
    ]);
    return predictor(model, { data: new Float32Array(n), shape: [1, n] }, 1);
  }

  const expOfNegative = defineLayer({ className: 'ExpOfNegative', defaults: {}, call: (_, x) => ops.exp(ops.neg(x)) });

  function map({ op, rows, cols, x, repeat: times }) {
    const layer = op === 'exp(-x)' ? expOfNegative : (options) => layers.activation({ activation: op, ...options });
    const all = Array.from({ length: times }, (_, i) => layer(i ? {} : { inputShape: [cols] }));
    const model = sequential(all);
    return times === 1 ? predictor(model, { data: x, shape: [rows, cols] }, rows) : batches(model, x, [rows, cols]);
  }

  /** One call for all repetitions, each a batch: asked is what the functions take, not the message to the worker. */
  async function batches(model, x, [rows, cols]) {
    await model.ready();
    let all = x;
    return (count) => {
      if (all.length < count * x.length) {
        all = new Float32Array(count * x.length);
        for (let at = 0; at < all.length; at += x.length) all.set(x, at);
      }
      const input = { data: all.subarray(0, count * x.length), shape: [count * rows, cols] };
      return model[worker ? 'predict' : 'predictSync'](input, { batchSize: rows });
    };
  }

  /** Until all threads are there. */
  async function ready() {
    while (runtime().state !== 'running') await setTimeout(5);
  }

  return { ready, train, trainOnBatch, trainConvnet, trainRecurrent, trainGpt, rows, plan, predict, predictConvnet, conv, gemm, map };
}

export const engines = {
  myelin: { threads: true, open },
  'myelin-direct': { threads: true, open: ({ threads }) => open({ threads, worker: false }) },
  'myelin-turbo': { threads: true, node: 24, open: ({ threads }) => open({ threads, turbo: true }) },
  'myelin-strict': { threads: true, only: ['gemm'], peak: 'mulAdd', open: ({ threads }) => open({ threads, strict: true }) },
};
