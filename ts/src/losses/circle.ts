import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { float, number, scale, shift } from '../core/values.js';
import { defineLoss } from './loss.js';

/** Options of `circle`. */
export interface CircleOptions {
  /** How sharply pairs far from their optimum count. Default 80. */
  readonly gamma?: number;
  /** Distance around the optimum that is good enough. Default 0.4. */
  readonly margin?: number;
  /** Whether a row is no pair with itself. Default true. */
  readonly removeDiagonal?: boolean;
}

/** Stands for the logarithm of 0, and leaves room for sums. */
const NOTHING = -1e30;

/** ln Σ eˣ of each row over the places where a mask is 1. */
function logSumExp(x: Tensor, mask: Tensor): Tensor {
  const kept = ops.select(mask, x, number(x, NOTHING));
  const top = ops.stopGradient(ops.max(kept, { axes: [1], keepDims: true }));
  return ops.add(ops.log(ops.sum(ops.exp(ops.sub(kept, top)), { axes: [1] })), ops.reshape(top, { shape: [-1] }));
}

/**
 * Similarity of embeddings [batch, features] of length 1 with whole numbers as labels, equal for rows that belong together: rows are
 * drawn together or pushed apart by how far each pair is from its optimum. Rows without a partner don't count.
 * Keras's Circle (Sun and others 2020).
 */
export const circle = defineLoss<CircleOptions>(
  'circle',
  { gamma: 80, margin: 0.4, removeDiagonal: true },
  'ids',
  (labels, prediction, { gamma, margin, removeDiagonal }) => {
    const rows = prediction.shape[0] as number;
    const ids = float(labels);
    const same = ops.equal(ops.reshape(ids, { shape: [rows, 1] }), ops.reshape(ids, { shape: [1, rows] }));
    const itself = ops.oneHot(ops.iota(prediction.tracer, { shape: [rows], dtype: 'int32', axis: 0 }), { depth: rows });
    const near = removeDiagonal ? ops.mul(same, ops.sub(number(same, 1), itself)) : same;
    const far = ops.sub(number(same, 1), same);
    const distance = ops.relu(ops.sub(number(prediction, 1), ops.matmul(prediction, prediction, { transposeB: true })));
    const pull = ops.mul(ops.relu(shift(distance, margin)), shift(distance, -margin));
    const push = ops.mul(ops.relu(ops.sub(number(distance, 1 + margin), distance)), ops.sub(number(distance, 1 - margin), distance));
    return ops.softplus(ops.add(logSumExp(scale(pull, gamma), near), logSumExp(scale(push, gamma), far)));
  },
  (losses) => ops.greater(losses, number(losses, 0)),
);
