// From starting the process to the end of the first training step.
import { classifier } from './dense.mjs';

export const suite = {
  name: 'startup',
  cases: [{ name: 'first step of 784-128-10, batch 32', kind: 'train', spec: classifier([784, 128, 10], 32, 1, 'sgd'), unit: 'ms', figure: (ms) => ms, measure: 'startup' }],
};
