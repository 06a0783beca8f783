import { ops } from '../core/ops.generated.js';
import { last, logitsOf, logProbabilities, smooth, sumOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Options of `categoricalCrossentropy`. */
export interface CategoricalCrossentropyOptions {
  /** Whether predictions are logits. Default false. */
  readonly fromLogits?: boolean;
  /** Moves labels towards an even share of all classes. Default 0. */
  readonly labelSmoothing?: number;
}

/** Cross-entropy with one-hot or soft labels over the last axis. Keras's CategoricalCrossentropy. */
export const categoricalCrossentropy = defineLoss<CategoricalCrossentropyOptions>(
  'categoricalCrossentropy',
  { fromLogits: false, labelSmoothing: 0 },
  'values',
  (truth, prediction, config, program) => {
    const labels = smooth(truth, config.labelSmoothing, 1 / last(prediction));
    const logits = config.fromLogits ? prediction : logitsOf(prediction, 'softmax', program);
    if (logits) return ops.softmaxCrossEntropy(logits, labels);
    return ops.neg(sumOverLast(ops.mul(labels, logProbabilities(prediction, false))));
  },
);
