import { ops } from '../core/ops.generated.js';
import { number, scale, shift } from '../core/values.js';
import { meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Half the square of an error below delta, a line above it, mean over the last axis. Keras's Huber (Huber 1964). */
export const huber = defineLoss<{ /** Default 1. */ readonly delta?: number }>('huber', { delta: 1 }, 'values', (truth, prediction, { delta }) => {
  const error = ops.abs(ops.sub(truth, prediction));
  const line = scale(shift(error, -delta / 2), delta);
  return meanOverLast(ops.select(ops.lessEqual(error, number(error, delta)), scale(ops.square(error), 0.5), line));
});
