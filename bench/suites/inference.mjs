// Latency of a prediction, including the call and reading the result.
import { floats } from '../data.mjs';

const SIZES = [784, 128, 10];

const prediction = (rows) => ({
  name: `784-128-10, ${rows} ${rows === 1 ? 'row' : 'rows'}`,
  kind: 'predict',
  spec: () => ({ sizes: SIZES, activations: ['relu', 'softmax'], rows, x: floats(rows * SIZES[0]) }),
  unit: 'µs',
  figure: (ms) => ms * 1000,
  flops: 2 * rows * (SIZES[0] * SIZES[1] + SIZES[1] * SIZES[2]),
});

export const suite = { name: 'inference', cases: [1, 32].map(prediction) };
