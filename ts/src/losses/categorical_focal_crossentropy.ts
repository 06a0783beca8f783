import { ops } from '../core/ops.generated.js';
import { number, scale } from '../core/values.js';
import { clipped, last, power, smooth, sumOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Options of `categoricalFocalCrossentropy`. */
export interface CategoricalFocalCrossentropyOptions {
  /** Weight of the whole. Default 0.25. */
  readonly alpha?: number;
  /** How much easy rows lose. Default 2. */
  readonly gamma?: number;
  /** Whether predictions are logits. Default false. */
  readonly fromLogits?: boolean;
  /** Moves labels towards an even share of all classes. Default 0. */
  readonly labelSmoothing?: number;
}

/** −Σ alpha·(1 − p)^gamma · t·ln p over the last axis, p cut to [1e-7, 1 − 1e-7]. Keras's CategoricalFocalCrossentropy (Lin and others 2017). */
export const categoricalFocalCrossentropy = defineLoss<CategoricalFocalCrossentropyOptions>(
  'categoricalFocalCrossentropy',
  { alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0 },
  'values',
  (truth, prediction, { alpha, gamma, fromLogits, labelSmoothing }) => {
    const labels = smooth(truth, labelSmoothing, 1 / last(prediction));
    const given = fromLogits ? ops.softmax(prediction) : prediction;
    const p = clipped(ops.div(given, ops.sum(given, { axes: [-1], keepDims: true })));
    const focal = ops.mul(power(ops.sub(number(p, 1), p), gamma), ops.mul(labels, ops.log(p)));
    return scale(sumOverLast(focal), -alpha);
  },
);
