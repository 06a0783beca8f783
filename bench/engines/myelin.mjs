// Myelin as a user meets it: the built package, models of layers, `fit` and `predict`.
import { repeat } from '../measure.mjs';

async function open({ threads, worker, turbo }) {
  const { defineLayer, init, layers, ops, optimizers, sequential } = await import('../../dist/index.js');
  await init({ threads, worker, ...(turbo ? { turbo } : {}) });

  const build = ({ sizes, activations }) => sequential(activations.map((activation, i) => layers.dense({ units: sizes[i + 1], activation, ...(i ? {} : { inputShape: [sizes[0]] }) })));

  function train(spec) {
    const model = build(spec);
    model.compile({ optimizer: optimizers[spec.optimizer]({ learningRate: spec.optimizer === 'sgd' ? 0.01 : 0.001 }), loss: spec.loss });
    const x = { data: spec.x, shape: [spec.rows, spec.sizes[0]] };
    const y = { data: spec.y, shape: [spec.rows, spec.sizes.at(-1)] };
    return (epochs) => model.fit(x, y, { batchSize: spec.batch, epochs, verbose: 0 });
  }

  /** Direct mode answers at once, without a promise to wait for. */
  async function predictor(model, x, batchSize) {
    if (worker) return repeat(() => model.predict(x, { batchSize }));
    await model.ready();
    return repeat(() => {
      model.predictSync(x, { batchSize });
    });
  }

  const predict = (spec) => predictor(build(spec), { data: spec.x, shape: [spec.rows, spec.sizes[0]] }, spec.rows);

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
    return predictor(sequential(all), { data: x, shape: [rows, cols] }, rows);
  }

  return { train, predict, gemm, map };
}

export const engines = {
  myelin: { threads: true, open: ({ threads }) => open({ threads, worker: true }) },
  'myelin-direct': { threads: true, open: ({ threads }) => open({ threads, worker: false }) },
  'myelin-turbo': { threads: true, node: 24, open: ({ threads }) => open({ threads, worker: true, turbo: true }) },
};
