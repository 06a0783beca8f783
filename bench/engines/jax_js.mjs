// jax-js on its wasm backend: a jitted step of value-and-gradient and an optimizer written with its numpy, as its users do.
// Operations consume their arguments; `.ref` keeps one alive.
import { denseWeights, floats, gradientScale } from '../data.mjs';
import { repeat } from '../measure.mjs';

async function open() {
  const { numpy: np, jit, valueAndGrad, init, defaultDevice, nn, tree } = await import('@jax-js/jax');
  await init('wasm');
  defaultDevice('wasm');

  const array = (values, shape) => np.array(values).reshape(shape);
  const parameters = (sizes) => denseWeights(sizes).map((layer) => ({ w: array(layer.kernel, [layer.inputs, layer.units]), b: array(layer.bias, [layer.units]) }));
  const activate = { relu: nn.relu, tanh: np.tanh, sigmoid: nn.sigmoid, softmax: (x) => nn.softmax(x) };

  /** The stack without its last activation, which the losses contain. */
  function logits(layers, x, activations) {
    return layers.reduce((h, { w, b }, i) => {
      const z = np.matmul(h, w).add(b);
      return i < layers.length - 1 ? activate[activations[i]](z) : z;
    }, x);
  }

  const losses = {
    categoricalCrossentropy: (z, y, batch) =>
      nn
        .logSoftmax(z)
        .mul(y)
        .sum()
        .mul(-1 / batch),
    binaryCrossentropy: (z, y) => np.mean(nn.softplus(z.ref).sub(y.mul(z))),
  };

  const zeros = (p) => tree.map((v) => np.zeros(v.shape), tree.ref(p));
  const optimizers = {
    sgd: {
      state: () => np.array(0),
      update: (p, state, g) => [tree.map((v, d) => v.sub(d.mul(0.01)), p, g), state],
    },
    rmsprop: {
      state: zeros,
      update(p, state, g) {
        const square = tree.map((a, d) => a.mul(0.9).add(d.ref.mul(d).mul(0.1)), state, tree.ref(g));
        const next = tree.map((a, d, v) => a.sub(d.mul(0.001).div(np.sqrt(v).add(1e-7))), p, g, tree.ref(square));
        return [next, square];
      },
    },
    adam: {
      state: (p) => ({ m: zeros(p), v: zeros(p), t: np.array(0) }),
      update(p, state, g) {
        const t = state.t.add(1);
        const m = tree.map((a, d) => a.mul(0.9).add(d.mul(0.1)), state.m, tree.ref(g));
        const v = tree.map((a, d) => a.mul(0.999).add(d.ref.mul(d).mul(0.001)), state.v, g);
        const unbias = (beta) => np.subtract(1, np.exp(t.ref.mul(Math.log(beta))));
        const rate = np.sqrt(unbias(0.999)).div(unbias(0.9)).mul(0.001);
        const next = tree.map((a, mean, square) => a.sub(mean.mul(rate.ref).div(np.sqrt(square).add(1e-7))), p, tree.ref(m), tree.ref(v));
        rate.dispose();
        return [next, { m, v, t }];
      },
    },
  };

  const lossOfDense =
    ({ activations, loss, batch }) =>
    (p, xs, ys) =>
      losses[loss](logits(p, xs, activations), ys, batch);

  function train({ sizes, optimizer, batch, rows, x, y, ...spec }) {
    const split = (values, width) => Array.from({ length: rows / batch }, (_, i) => array(values.slice(i * batch * width, (i + 1) * batch * width), [batch, width]));
    const [inputs, labels] = [split(x, sizes[0]), split(y, sizes.at(-1))];
    return trained(lossOfDense({ batch, ...spec }), parameters(sizes), optimizers[optimizer], rows / batch, (i) => [inputs[i].ref, labels[i].ref]);
  }

  const trainOnBatch = ({ sizes, optimizer, rows, x, y, ...spec }) =>
    trained(lossOfDense(spec), parameters(sizes), optimizers[optimizer], 1, () => [array(x, [rows, sizes[0]]), array(y, [rows, sizes.at(-1)])]);

  /** Epochs over batches, which `at` gives: a jitted step of value, gradients and update. */
  function trained(lossOf, first, optimizer, batches, at) {
    const step = jit((p, state, xs, ys) => {
      const [value, gradients] = valueAndGrad(lossOf)(tree.ref(p), xs, ys);
      return [value, ...optimizer.update(p, state, gradients)];
    });
    let p = first;
    let state = optimizer.state(p);
    return async (epochs) => {
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (let i = 0; i < batches; i++) {
          let value;
          [value, p, state] = step(p, state, ...at(i));
          await value.data(); // dropped instead, steps pile up unfinished and take ten times as long
        }
      }
    };
  }

  function layerNorm(x, { gamma, beta }) {
    const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
    const variance = np.square(centred.ref).mean(-1, { keepdims: true });
    return centred
      .mul(np.reciprocal(np.sqrt(variance.add(1e-5))))
      .mul(gamma)
      .add(beta);
  }

  /** An LSTM step by step: the products with the input at once, the others one after the other. */
  function trainRecurrent({ cell, units, places, features, classes, batch, rows, x, y }) {
    if (cell !== 'lstm') return undefined;
    const weight = (inputs, outputs) => array(floats(inputs * outputs, inputs ** -0.5), [inputs, outputs]);
    const first = { kernel: weight(features, 4 * units), bias: np.zeros([4 * units]), recurrent: weight(units, 4 * units), head: weight(units, classes), last: np.zeros([classes]) };
    function lossOf(p, xs, ys) {
      const projected = np.matmul(xs.transpose([1, 0, 2]).reshape([places * batch, features]), p.kernel).add(p.bias);
      let [h, c] = [np.zeros([batch, units]), np.zeros([batch, units])];
      for (const part of np.split(projected, places, 0)) {
        const [input, forget, candidate, output] = np.split(part.add(np.matmul(h, p.recurrent.ref)), 4, 1);
        c = nn
          .sigmoid(forget)
          .mul(c)
          .add(nn.sigmoid(input).mul(np.tanh(candidate)));
        h = nn.sigmoid(output).mul(np.tanh(c.ref));
      }
      c.dispose();
      p.recurrent.dispose();
      return losses.categoricalCrossentropy(np.matmul(h, p.head).add(p.last), ys, batch);
    }
    const split = (values, shape) =>
      Array.from({ length: rows / batch }, (_, i) => array(values.slice((i * values.length * batch) / rows, ((i + 1) * values.length * batch) / rows), [batch, ...shape]));
    const [inputs, labels] = [split(x, [places, features]), split(y, [classes])];
    return trained(lossOf, first, optimizers.adam, rows / batch, (i) => [inputs[i].ref, labels[i].ref]);
  }

  /** Letters as one-hot rows: a gradient of a gather is missing. Adam: there is no AdamW. */
  function trainGpt({ vocabulary, depth, heads, width, block, batch, rows, x, y }) {
    const weight = (...shape) => array(floats(shape[0] * shape[1], 0.03), shape);
    const dense = (inputs, units) => ({ w: weight(inputs, units), b: np.zeros([units]) });
    const norm = () => ({ gamma: np.ones([width]), beta: np.zeros([width]) });
    const apply = (z, { w, b }) => np.matmul(z, w).add(b);
    const first = {
      table: weight(vocabulary, width),
      places: weight(block, width),
      blocks: Array.from({ length: depth }, () => ({
        before: norm(),
        qkv: dense(width, 3 * width),
        out: dense(width, width),
        between: norm(),
        up: dense(width, 4 * width),
        down: dense(4 * width, width),
      })),
      last: norm(),
      head: weight(width, vocabulary),
    };
    function lossOf(p, xs, ys) {
      let h = np.matmul(xs, p.table).reshape([batch, block, width]).add(p.places);
      for (const { before, qkv, out, between, up, down } of p.blocks) {
        const [q, k, v] = np.split(apply(layerNorm(h.ref, before), qkv), 3, 2).map((part) => part.reshape([batch, block, heads, width / heads]));
        const seen = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch, block, width]);
        h = h.add(apply(seen, out));
        h = h.ref.add(apply(nn.gelu(apply(layerNorm(h, between), up), { approximate: false }), down));
      }
      const z = np.matmul(layerNorm(h, p.last), p.head).reshape([batch * block, vocabulary]);
      return losses.categoricalCrossentropy(z, ys, batch * block);
    }
    const size = batch * block;
    const split = (codes) => Array.from({ length: rows / batch }, (_, i) => nn.oneHot(np.array(Array.from(codes.subarray(i * size, (i + 1) * size)), { dtype: np.int32 }), vocabulary));
    const [inputs, labels] = [split(x), split(y)];
    return trained(lossOf, first, optimizers.adam, rows / batch, (i) => [inputs[i].ref, labels[i].ref]);
  }

  function predict({ sizes, activations, rows, x }) {
    const p = parameters(sizes);
    const f = jit((layers, xs) => activate[activations.at(-1)](logits(layers, xs, activations)));
    return repeat(() => {
      f(tree.ref(p), array(x, [rows, sizes[0]])).dataSync();
    });
  }

  async function finish(y) {
    await y.blockUntilReady();
    y.dispose();
  }

  function gemm({ n, a, b, transposeA, transposeB, repeat: times }) {
    const [left, right] = [array(a, [n, n]), array(b, [n, n])];
    const f = jit((l, r) => {
      let y = l;
      for (let i = 0; i < times; i++) {
        const factor = i < times - 1 ? r.ref : r;
        y = np.matmul(transposeA ? y.transpose() : y, transposeB ? factor.transpose() : factor);
      }
      return y;
    });
    return repeat(() => finish(f(left.ref, right.ref)));
  }

  const functions = { ...activate, exponential: np.exp, 'exp(-x)': (x) => np.exp(x.neg()), gelu: (x) => nn.gelu(x, { approximate: false }) };

  function map({ op, rows, cols, x, repeat: times }) {
    const given = () => array(x, [rows, cols]);
    const f = jit((v) => {
      for (let i = 0; i < times; i++) v = functions[op](v);
      return v;
    });
    if (times === 1) {
      return repeat(() => {
        f(given()).dataSync();
      });
    }
    const input = given();
    return repeat(() => finish(f(input.ref)));
  }

  function rows({ op, rows: count, cols, repeat: times, x }) {
    const p = { x: array(x, [count, cols]), gamma: np.ones([cols]), beta: np.zeros([cols]) };
    const softmax = op === 'softmax';
    function row({ x: given, gamma, beta }) {
      let y = given.ref;
      for (let i = 0; i < times; i++) y = softmax ? nn.softmax(y) : layerNorm(y, { gamma: gamma.ref, beta: beta.ref });
      gamma.dispose();
      beta.dispose();
      return y.slice(0).mul(given.slice(0)).sum().mul(gradientScale(op));
    }
    const f = jit((given) => {
      const [value, gradients] = valueAndGrad(row)(given);
      value.dispose();
      return gradients;
    });
    return repeat(async () => {
      const gradients = f(tree.ref(p));
      await Promise.all(Object.values(gradients).map(finish));
    });
  }

  return { train, trainOnBatch, trainRecurrent, trainGpt, predict, gemm, map, rows };
}

export const engines = { 'jax-js': { package: '@jax-js/jax', open } };
