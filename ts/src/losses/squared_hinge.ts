import { ops } from '../core/ops.generated.js';
import { meanOverLast } from './common.js';
import { margin } from './hinge.js';
import { defineLoss } from './loss.js';

/** Mean over the last axis of max(1 − truth·prediction, 0)²; labels −1 and 1, or 0 and 1. Keras's SquaredHinge. */
export const squaredHinge = defineLoss<Record<never, never>>('squaredHinge', {}, 'values', (truth, prediction) => meanOverLast(ops.square(margin(truth, prediction))));
