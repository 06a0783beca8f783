import { ops } from '../core/ops.generated.js';
import { number, scale, shift } from '../core/values.js';
import { EPSILON } from './common.js';
import { region } from './dice.js';
import { defineLoss } from './loss.js';

/** Options of `tversky`. */
export interface TverskyOptions {
  /** Weight of Σ truth·(1 − prediction), as Keras 3 computes it. Default 0.5. */
  readonly alpha?: number;
  /** Weight of Σ (1 − truth)·prediction. Default 0.5. */
  readonly beta?: number;
  /** Axes of one region, the batch's own being 0; null: all, one loss for the whole batch. Default null. */
  readonly axis?: number | readonly number[] | null;
}

/**
 * 1 − b/(b + alpha·Σ truth·(1 − prediction) + beta·Σ (1 − truth)·prediction + 1e-7) with b = Σ truth·prediction; with both
 * weights a half it is Dice. Keras's Tversky (Salehi and others 2017).
 */
export const tversky = defineLoss<TverskyOptions>('tversky', { alpha: 0.5, beta: 0.5, axis: null }, 'values', (truth, prediction, { alpha, beta, axis }) => {
  const axes = region(prediction, axis);
  const both = ops.sum(ops.mul(truth, prediction), axes);
  const missed = scale(ops.sub(ops.sum(truth, axes), both), alpha);
  const wrong = scale(ops.sub(ops.sum(prediction, axes), both), beta);
  return ops.sub(number(both, 1), ops.div(both, shift(ops.add(both, ops.add(missed, wrong)), EPSILON)));
});
