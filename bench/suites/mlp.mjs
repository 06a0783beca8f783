// Training of dense classifiers, per step.
import { classifier, stepFlops } from './dense.mjs';

function training(name, sizes, batch, steps, optimizer, skip = []) {
  return { name, kind: 'train', spec: classifier(sizes, batch, steps, optimizer), unit: 'ms/step', figure: (ms) => ms / steps, flops: steps * stepFlops(sizes, batch), skip };
}

const SMALL = [784, 128, 10];
const LARGE = [784, 1024, 1024, 10];

export const suite = {
  name: 'mlp',
  cases: [
    training('784-128-10, batch 32, SGD', SMALL, 32, 100, 'sgd'),
    training('784-128-10, batch 128, Adam', SMALL, 128, 25, 'adam'),
    training('784-1024-1024-10, batch 128, Adam', LARGE, 128, 4, 'adam', ['tfjs-cpu']),
  ],
};
