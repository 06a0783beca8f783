// Training as a caller asks for it: one step a call, on a batch that is handed over each time and a loss that is read.
import { classifier } from './dense.mjs';
import { learning } from './xor.mjs';

const step = (name, spec) => ({ name, kind: 'trainOnBatch', spec, unit: 'µs', figure: (ms) => ms * 1000 });

export const suite = {
  name: 'online',
  cases: [step('2-8-1, batch 4, SGD', learning(4)), step('784-128-10, batch 32, SGD', classifier([784, 128, 10], 32, 1, 'sgd'))],
};
