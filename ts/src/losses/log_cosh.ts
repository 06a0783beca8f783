import { ops } from '../core/ops.generated.js';
import { scale, shift } from '../core/values.js';
import { meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Mean over the last axis of ln cosh(prediction − truth): half the square of small errors, a line for large ones. Keras's LogCosh. */
export const logCosh = defineLoss<Record<never, never>>('logCosh', {}, 'values', (truth, prediction) => {
  const error = ops.abs(ops.sub(prediction, truth));
  return meanOverLast(shift(ops.add(error, ops.softplus(scale(error, -2))), -Math.LN2));
});
