import { ops } from '../core/ops.generated.js';
import { number, scale, shift } from '../core/values.js';
import { probabilityCrossentropy, sigmoidCrossentropy } from './binary_crossentropy.js';
import { logitsOf, meanOverLast, power, smooth } from './common.js';
import { defineLoss } from './loss.js';

/** Options of `binaryFocalCrossentropy`. */
export interface BinaryFocalCrossentropyOptions {
  /** Whether class 1 is weighted by alpha and class 0 by 1 − alpha. Default false. */
  readonly applyClassBalancing?: boolean;
  /** Weight of class 1. Default 0.25. */
  readonly alpha?: number;
  /** How much easy rows lose. Default 2. */
  readonly gamma?: number;
  /** Whether predictions are logits. Default false. */
  readonly fromLogits?: boolean;
  /** Moves labels towards a half. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * (1 − p)^gamma · cross-entropy of two classes, where p is the probability given to the right one; mean over the last axis.
 * Keras's BinaryFocalCrossentropy (Lin and others 2017).
 */
export const binaryFocalCrossentropy = defineLoss<BinaryFocalCrossentropyOptions>(
  'binaryFocalCrossentropy',
  { applyClassBalancing: false, alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0 },
  'values',
  (truth, prediction, config, program) => {
    const labels = smooth(truth, config.labelSmoothing, 0.5);
    const p = config.fromLogits ? ops.sigmoid(prediction) : prediction;
    const logits = config.fromLogits ? prediction : logitsOf(prediction, 'sigmoid', program);
    const entropy = logits ? sigmoidCrossentropy(labels, logits) : probabilityCrossentropy(labels, prediction);
    // 1 − (t·p + (1 − t)·(1 − p)) = t + p − 2·t·p
    const missing = ops.sub(ops.add(labels, p), scale(ops.mul(labels, p), 2));
    const focal = ops.mul(power(ops.maximum(missing, number(p, 0)), config.gamma), entropy);
    if (!config.applyClassBalancing) return meanOverLast(focal);
    const balance = shift(scale(labels, 2 * config.alpha - 1), 1 - config.alpha);
    return meanOverLast(ops.mul(balance, focal));
  },
);
