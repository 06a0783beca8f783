import { ops } from '../core/ops.generated.js';
import { meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Mean over the last axis of |truth − prediction|. Keras's MeanAbsoluteError. */
export const meanAbsoluteError = defineLoss<Record<never, never>>('meanAbsoluteError', {}, 'values', (truth, prediction) => meanOverLast(ops.abs(ops.sub(truth, prediction))));
