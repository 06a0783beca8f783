// Attention: softmax(q·kᵀ/√d)·v over batches of heads, with masks.
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number, scale } from '../core/values.js';

/** Added to scores of places that don't count. */
const OUT = -1e9;

/** [rows, columns] of ones where a query may look at a key: its own place and those before. */
export function causalMask(beside: Tensor, queries: number, keys: number): Tensor {
  const place = (axis: number) => ops.iota(beside.tracer, { shape: [queries, keys], dtype: 'float32', axis });
  return ops.greaterEqual(place(0), place(1));
}

/** The smaller of masks, broadcast. */
export function bothMasks(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  return a && b ? ops.mul(a, b) : (a ?? b);
}

/** Scores with a large negative number where the mask is 0. */
export function masked(scores: Tensor, mask: Tensor | undefined): Tensor {
  return mask ? ops.add(scores, scale(ops.sub(number(mask, 1), mask), OUT)) : scores;
}

/** Rank 3 [batch, places, width] of `heads` side by side → [batch·heads, places, width/heads]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch = 1, places = 1, width = 1] = x.shape;
  const split = ops.reshape(x, { shape: [batch, places, heads, width / heads] });
  return ops.reshape(ops.transpose(split, { perm: [0, 2, 1, 3] }), { shape: [batch * heads, places, width / heads] });
}

/** The way back. */
export function joinHeads(x: Tensor, heads: number): Tensor {
  const [all = 1, places = 1, width = 1] = x.shape;
  const split = ops.reshape(x, { shape: [all / heads, heads, places, width] });
  return ops.reshape(ops.transpose(split, { perm: [0, 2, 1, 3] }), { shape: [all / heads, places, heads * width] });
}
