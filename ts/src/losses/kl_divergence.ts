import { ops } from '../core/ops.generated.js';
import { EPSILON, sumOverLast } from './common.js';
import { defineLoss } from './loss.js';

/** Σ truth·ln(truth/prediction) over the last axis, both cut to [1e-7, 1]. Keras's KLDivergence (Kullback and Leibler 1951). */
export const klDivergence = defineLoss<Record<never, never>>('klDivergence', {}, 'values', (truth, prediction) => {
  const [t, p] = [truth, prediction].map((x) => ops.clip(x, { min: EPSILON, max: 1 })) as [typeof truth, typeof truth];
  return sumOverLast(ops.mul(t, ops.log(ops.div(t, p))));
});
