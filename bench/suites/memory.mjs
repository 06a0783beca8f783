// What the process holds after training, and what repeating the training adds to it.
import { classifier } from './dense.mjs';

const work = { kind: 'train', spec: classifier([784, 128, 10], 32, 10, 'sgd'), unit: 'MB', figure: (bytes) => bytes / 1e6, measure: 'memory' };

export const suite = {
  name: 'memory',
  cases: [
    { ...work, name: 'held after 40 fits of 784-128-10', part: 'held' },
    { ...work, name: 'added by the last 20 of them', part: 'growth' },
  ],
};
