import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number } from '../core/values.js';
import { EPSILON } from './common.js';
import { defineLoss } from './loss.js';

/** x divided by its length along an axis; the division is by 1e-7 at least. */
export function unit(x: Tensor, axis: number): Tensor {
  const squares = ops.sum(ops.square(x), { axes: [axis], keepDims: true });
  return ops.mul(x, ops.rsqrt(ops.maximum(squares, number(x, EPSILON ** 2))));
}

/** −cos of the angle between truth and prediction: −1 where they point the same way. Keras's CosineSimilarity. */
export const cosineSimilarity = defineLoss<{ /** Default −1. */ readonly axis?: number }>('cosineSimilarity', { axis: -1 }, 'values', (truth, prediction, { axis }) =>
  ops.neg(ops.sum(ops.mul(unit(truth, axis), unit(prediction, axis)), { axes: [axis] })),
);
