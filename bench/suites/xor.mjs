// The smallest network that learns something: what is left is overhead per step.
import { xor } from '../data.mjs';
import { stepFlops } from './dense.mjs';

const SIZES = [2, 8, 1];
const [BATCH, STEPS] = [4, 300];

/** Rows of the table of exclusive or. */
export const learning = (rows) => () => ({ sizes: SIZES, activations: ['tanh', 'sigmoid'], loss: 'binaryCrossentropy', optimizer: 'sgd', batch: BATCH, rows, ...xor(rows) });

export const suite = {
  name: 'xor',
  cases: [
    {
      name: '2-8-1, batch 4, SGD',
      kind: 'train',
      spec: learning(BATCH * STEPS),
      unit: 'steps/s',
      figure: (ms) => (STEPS * 1000) / ms,
      flops: STEPS * stepFlops(SIZES, BATCH),
    },
  ],
};
