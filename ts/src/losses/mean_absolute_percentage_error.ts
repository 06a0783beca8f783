import { ops } from '../core/ops.generated.js';
import { number, scale } from '../core/values.js';
import { EPSILON, meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** 100 · mean over the last axis of |truth − prediction| / max(|truth|, 1e-7). Keras's MeanAbsolutePercentageError. */
export const meanAbsolutePercentageError = defineLoss<Record<never, never>>('meanAbsolutePercentageError', {}, 'values', (truth, prediction) => {
  const size = ops.maximum(ops.abs(truth), number(truth, EPSILON));
  return scale(meanOverLast(ops.abs(ops.div(ops.sub(truth, prediction), size))), 100);
});
