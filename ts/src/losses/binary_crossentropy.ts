import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number } from '../core/values.js';
import { clipped, logitsOf, meanOverLast, smooth } from './common.js';
import { defineLoss } from './loss.js';

/** Options of `binaryCrossentropy`. */
export interface BinaryCrossentropyOptions {
  /** Whether predictions are logits. Default false. */
  readonly fromLogits?: boolean;
  /** Moves labels towards a half. Default 0. */
  readonly labelSmoothing?: number;
}

/** softplus(x) − x·t: the cross-entropy of sigmoid(x), without losing digits. */
export function sigmoidCrossentropy(truth: Tensor, logits: Tensor): Tensor {
  return ops.sub(ops.softplus(logits), ops.mul(logits, truth));
}

/** −(t·ln p + (1 − t)·ln(1 − p)), p cut to [1e-7, 1 − 1e-7]. */
export function probabilityCrossentropy(truth: Tensor, prediction: Tensor): Tensor {
  const p = clipped(prediction);
  const one = number(p, 1);
  return ops.neg(ops.add(ops.mul(truth, ops.log(p)), ops.mul(ops.sub(one, truth), ops.log(ops.sub(one, p)))));
}

/** Cross-entropy of two classes, mean over the last axis. Keras's BinaryCrossentropy. */
export const binaryCrossentropy = defineLoss<BinaryCrossentropyOptions>('binaryCrossentropy', { fromLogits: false, labelSmoothing: 0 }, 'values', (truth, prediction, config, program) => {
  const labels = smooth(truth, config.labelSmoothing, 0.5);
  const logits = config.fromLogits ? prediction : logitsOf(prediction, 'sigmoid', program);
  return meanOverLast(logits ? sigmoidCrossentropy(labels, logits) : probabilityCrossentropy(labels, prediction));
});
