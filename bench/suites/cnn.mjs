// Convolutions: the three products of one layer, and a small network for digits, trained and asked.
import { floats, oneHot } from '../data.mjs';

/** The gradient of the filter is taken in a training step of that layer alone. */
const BOTH = 'forward and filter gradient';

const layer = (pass, skip = []) => {
  const [batch, size, channels] = [32, 28, 64];
  const cells = batch * size * size * channels;
  const flops = (pass === BOTH ? 2 : 1) * 2 * cells * 9 * channels;
  return {
    name: `3×3, 64 → 64 channels, 28×28, batch 32: ${pass}`,
    kind: 'conv',
    spec: () => ({ pass, batch, size, channels, x: floats(cells, 1, 1), dy: floats(cells, 1, 2), kernel: floats(9 * channels ** 2, 0.05, 3) }),
    unit: 'GFLOP/s',
    figure: (ms) => flops / ms / 1e6,
    flops,
    skip,
  };
};

/** Multiply-adds per picture of conv 32, pool, conv 64, pool, dropout, dense 10 (kernels of 3×3, borders not padded). */
const FIRST = 26 * 26 * 32 * 9;
const REST = 11 * 11 * 64 * 32 * 9 + 5 * 5 * 64 * 10;

const STEPS = 10;

const training = (batch, skip) => ({
  name: `convnet, batch ${batch}, Adam`,
  kind: 'trainConvnet',
  spec: () => ({ optimizer: 'adam', batch, rows: batch * STEPS, x: floats(batch * STEPS * 784), y: oneHot(batch * STEPS, 10) }),
  unit: 'ms/step',
  figure: (ms) => ms / STEPS,
  // Forward, gradients of weights, gradients of inputs: not of the first.
  flops: STEPS * 2 * batch * (2 * FIRST + 3 * REST),
  skip,
});

const prediction = (rows) => ({
  name: `convnet, prediction of ${rows} ${rows === 1 ? 'row' : 'rows'}`,
  kind: 'predictConvnet',
  spec: () => ({ rows, x: floats(rows * 784) }),
  unit: 'µs',
  figure: (ms) => ms * 1000,
  flops: 2 * rows * (FIRST + REST),
});

export const suite = {
  name: 'cnn',
  cases: [layer('forward', ['tfjs-cpu']), layer('input gradient', ['tfjs-cpu', 'tfjs-wasm']), layer(BOTH, ['tfjs-cpu']), training(128, ['tfjs-cpu']), prediction(1), prediction(32)],
};
