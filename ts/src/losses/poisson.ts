import { ops } from '../core/ops.generated.js';
import { shift } from '../core/values.js';
import { EPSILON, meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Mean over the last axis of prediction − truth·ln(prediction + 1e-7). Keras's Poisson. */
export const poisson = defineLoss<Record<never, never>>('poisson', {}, 'values', (truth, prediction) => meanOverLast(ops.sub(prediction, ops.mul(truth, ops.log(shift(prediction, EPSILON))))));
