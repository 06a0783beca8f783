import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { last, logitsOf, logProbabilities, sumOverLast, where } from './common.js';
import { defineLoss } from './loss.js';

/** Options of `sparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyOptions {
  /** Whether predictions are logits. Default false. */
  readonly fromLogits?: boolean;
  /** A class whose rows don't count. Default none. */
  readonly ignoreClass?: number | null;
}

/** Cross-entropy with class numbers as labels. Keras's SparseCategoricalCrossentropy. */
export const sparseCategoricalCrossentropy = defineLoss<SparseCategoricalCrossentropyOptions>(
  'sparseCategoricalCrossentropy',
  { fromLogits: false, ignoreClass: null },
  'classes',
  (labels, prediction, config, program) => {
    const logits = config.fromLogits ? prediction : logitsOf(prediction, 'softmax', program);
    const losses = logits ? ops.sparseSoftmaxCrossEntropy(logits, labels) : ops.neg(sumOverLast(ops.mul(ops.oneHot(labels, { depth: last(prediction) }), logProbabilities(prediction, false))));
    if (config.ignoreClass === null) return losses;
    const counted = ops.notEqual(ops.cast(labels, { dtype: 'float32' }), number(losses, config.ignoreClass));
    return where(counted, losses);
  },
);
