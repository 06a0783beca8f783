import { ops } from '../core/ops.generated.js';
import { number, shift } from '../core/values.js';
import { sumOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** max(max((1 − truth)·prediction) − Σ truth·prediction + 1, 0) over the last axis. Keras's CategoricalHinge. */
export const categoricalHinge = defineLoss<Record<never, never>>('categoricalHinge', {}, 'values', (truth, prediction) => {
  const right = sumOverLast(ops.mul(truth, prediction));
  const wrong = ops.max(ops.mul(ops.sub(number(truth, 1), truth), prediction), { axes: [-1] });
  return ops.relu(shift(ops.sub(wrong, right), 1));
});
