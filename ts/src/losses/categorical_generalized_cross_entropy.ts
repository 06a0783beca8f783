import { ops } from '../core/ops.generated.js';
import { number, scale } from '../core/values.js';
import { last, power, sumOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** So small that the loss doesn't show it; the slope of p^q at 0 has no end. */
const SMALLEST = 1e-14;

/**
 * (1 − p^q)/q with p the probability of the label's class: between cross-entropy (q → 0) and absolute error (q = 1), for
 * labels that may be wrong. Labels are class numbers. Keras's CategoricalGeneralizedCrossEntropy (Zhang and Sabuncu 2018).
 */
export const categoricalGeneralizedCrossEntropy = defineLoss<{ /** Above 0, at most 1. Default 0.5. */ readonly q?: number }>(
  'categoricalGeneralizedCrossEntropy',
  { q: 0.5 },
  'classes',
  (labels, prediction, { q }) => {
    const p = sumOverLast(ops.mul(ops.oneHot(labels, { depth: last(prediction) }), prediction));
    return scale(ops.sub(number(p, 1), power(ops.maximum(p, number(p, SMALLEST)), q)), 1 / q);
  },
);
