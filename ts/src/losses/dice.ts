import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number, scale, shift } from '../core/values.js';
import { EPSILON } from './common.js';
import { defineLoss } from './loss.js';

/** Options of `dice`. */
export interface DiceOptions {
  /** Axes of one region, the batch's own being 0; null: all, one loss for the whole batch. Default null. */
  readonly axis?: number | readonly number[] | null;
}

/** The axes that a region spans. */
export function region(x: Tensor, axis: number | readonly number[] | null): { axes: readonly number[] } {
  return { axes: axis === null ? x.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis };
}

/** 1 − 2·Σ truth·prediction/(Σ truth + Σ prediction + 1e-7): how little two regions overlap. Keras's Dice. */
export const dice = defineLoss<DiceOptions>('dice', { axis: null }, 'values', (truth, prediction, { axis }) => {
  const axes = region(prediction, axis);
  const both = ops.sum(ops.mul(truth, prediction), axes);
  const sizes = ops.add(ops.sum(truth, axes), ops.sum(prediction, axes));
  return ops.sub(number(both, 1), ops.div(scale(both, 2), shift(sizes, EPSILON)));
});
