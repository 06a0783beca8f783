// A transformer that reads letters: a training step of 12 rows of 64, AdamW.
import { random } from '../data.mjs';

const SIZES = { vocabulary: 65, depth: 4, heads: 4, width: 128, block: 64 };
const BATCH = 12;
const STEPS = 4;

/**
 * Multiply-adds per letter: four products as wide as the rows and two of four times that in each block, the scores and what they weigh
 * (of all letters, though only those before count), the head.
 */
const { vocabulary, depth, width, block } = SIZES;
const PRODUCTS = depth * (12 * width * width + 2 * block * width) + width * vocabulary;

function letters() {
  const next = random(1);
  const of = () => Int32Array.from({ length: BATCH * STEPS * block }, () => Math.floor(next() * vocabulary));
  return { ...SIZES, batch: BATCH, rows: BATCH * STEPS, x: of(), y: of() };
}

export const suite = {
  name: 'attention',
  cases: [
    {
      name: 'character GPT, 4 layers of 128, batch 12 × 64, AdamW',
      kind: 'trainGpt',
      spec: letters,
      unit: 'ms/step',
      figure: (ms) => ms / STEPS,
      // Forward, gradients of weights, gradients of inputs.
      flops: STEPS * 2 * 3 * BATCH * block * PRODUCTS,
      skip: ['tfjs-cpu'],
    },
  ],
};
