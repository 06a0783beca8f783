import { ops } from '../core/ops.generated.js';
import { meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Mean over the last axis of (truth − prediction)². Keras's MeanSquaredError. */
export const meanSquaredError = defineLoss<Record<never, never>>('meanSquaredError', {}, 'values', (truth, prediction) => meanOverLast(ops.square(ops.sub(truth, prediction))));
