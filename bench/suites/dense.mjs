// Shared by suites that train or run stacks of dense layers.
import { floats, oneHot } from '../data.mjs';

/** Multiplications and additions of a training step: forward, weight gradients, input gradients (not of the first layer). */
export function stepFlops(sizes, batch) {
  const products = sizes.slice(1).map((units, i) => units * sizes[i]);
  const sum = products.reduce((a, b) => a + b, 0);
  return 2 * batch * (3 * sum - products[0]);
}

/** A classifier with relu layers and softmax at the end, on `steps` batches of synthetic rows. */
export const classifier = (sizes, batch, steps, optimizer) => () => ({
  sizes,
  activations: sizes.slice(1).map((_, i) => (i === sizes.length - 2 ? 'softmax' : 'relu')),
  loss: 'categoricalCrossentropy',
  optimizer,
  batch,
  rows: batch * steps,
  x: floats(batch * steps * sizes[0]),
  y: oneHot(batch * steps, sizes.at(-1)),
});
