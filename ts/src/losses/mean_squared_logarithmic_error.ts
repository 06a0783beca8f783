import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number } from '../core/values.js';
import { EPSILON, meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

const logarithm = (x: Tensor): Tensor => ops.log1p(ops.maximum(x, number(x, EPSILON)));

/** Mean over the last axis of (ln(1 + truth) − ln(1 + prediction))², values below 1e-7 lifted to it. Keras's MeanSquaredLogarithmicError. */
export const meanSquaredLogarithmicError = defineLoss<Record<never, never>>('meanSquaredLogarithmicError', {}, 'values', (truth, prediction) =>
  meanOverLast(ops.square(ops.sub(logarithm(truth), logarithm(prediction)))),
);
