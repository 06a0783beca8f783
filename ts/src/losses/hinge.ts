import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { all, number, scale, shift } from '../core/values.js';
import { meanOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Labels −1 and 1; if a batch holds nothing but 0 and 1, its zeros become −1. */
function signs(truth: Tensor): Tensor {
  const binary = ops.add(ops.equal(truth, number(truth, 0)), ops.equal(truth, number(truth, 1)));
  return ops.select(ops.min(binary, all(binary)), shift(scale(truth, 2), -1), truth);
}

/** max(1 − truth·prediction, 0), labels −1 and 1 (or 0 and 1). */
export function margin(truth: Tensor, prediction: Tensor): Tensor {
  return ops.relu(ops.sub(number(prediction, 1), ops.mul(signs(truth), prediction)));
}

/** Mean over the last axis of max(1 − truth·prediction, 0); labels −1 and 1, or 0 and 1. Keras's Hinge. */
export const hinge = defineLoss<Record<never, never>>('hinge', {}, 'values', (truth, prediction) => meanOverLast(margin(truth, prediction)));
