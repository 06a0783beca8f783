// Attention: softmax(q·kᵀ/√d)·v over batches of heads, with masks.
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number, scale } from '../core/values.js';
import type { Scope } from './layer.js';

/** Added to scores of places that don't count. */
const OUT = -1e9;

/** [rows, columns] of ones where a query may look at a key: its own place and those before. */
export function causalMask(beside: Tensor, queries: number, keys: number): Tensor {
  const place = (axis: number) => ops.iota(beside.tracer, { shape: [queries, keys], dtype: 'float32', axis });
  return ops.greaterEqual(place(0), place(1));
}

/** [1, 1, queries, keys] of ones where a key is less than `width` places away from the query. */
function bandMask(beside: Tensor, queries: number, keys: number, width: number): Tensor {
  const place = (axis: number) => ops.iota(beside.tracer, { shape: [1, 1, queries, keys], dtype: 'float32', axis });
  const apart = ops.abs(ops.sub(place(2), place(3)));
  return ops.less(apart, number(apart, width));
}

/** Throws unless a window is null or a whole number above 0. */
export function checkSlidingWindow(width: number | null, name: string): void {
  if (width !== null && (!Number.isInteger(width) || width < 1))
    throw new ConfigError(`${name}: slidingWindow must be a whole number above 0, or null, received ${width}`, { layer: name, received: width });
}

/** The smaller of masks, broadcast. */
export function bothMasks(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  return a && b ? ops.mul(a, b) : (a ?? b);
}

/** Scores with a large negative number where the mask is 0. */
export function masked(scores: Tensor, mask: Tensor | undefined): Tensor {
  return mask ? ops.add(scores, scale(ops.sub(number(mask, 1), mask), OUT)) : scores;
}

/** Options of a layer that attends. */
interface AttendOptions {
  dropout: number;
  seed: number | null;
  slidingWindow: number | null;
  useCausalMask: boolean;
  returnAttentionScores: boolean;
}

/** Which share of the weights is dropped now, and by which key. */
export function dropping(scope: Scope<Pick<AttendOptions, 'dropout' | 'seed'>>): { rate: number; key: number } | null {
  const { dropout, seed } = scope.config;
  return scope.training && dropout > 0 ? { rate: dropout, key: seed ?? scope.key() } : null;
}

/** Masks of query, value and key, and an explicit one [batch, queries, keys] or [batch, heads, queries, keys], each as [batch, heads, queries, keys] with 1 where it repeats. */
export function masksOf(scope: Scope<object>, query: Tensor, value: Tensor, key: Tensor, given?: Tensor): Tensor[] {
  const masks: Tensor[] = [];
  const take = (mask: Tensor | undefined, shape: (from: readonly number[]) => readonly number[]) => {
    if (mask) masks.push(ops.reshape(mask, { shape: [...shape(mask.shape)] }));
  };
  take(scope.mask(query), ([batch = 1, queries = 1]) => [batch, 1, queries, 1]);
  for (const side of value === key ? [value] : [value, key]) take(scope.mask(side), ([batch = 1, keys = 1]) => [batch, 1, 1, keys]);
  take(given, (shape) => (shape.length === 3 ? [shape[0] as number, 1, ...shape.slice(1)] : shape));
  return masks;
}

/**
 * Softmax(q·kᵀ/√width)·v of heads side by side, [batch, places, heads·width]; keys and values have `groups` heads, each of which serves
 * as many of the query's. The weights [batch, heads, queries, keys] come with it where the layer returns them.
 */
export function attend(scope: Scope<AttendOptions>, [q, k, v]: readonly [Tensor, Tensor, Tensor], heads: number, groups: number, given: readonly Tensor[]): { joined: Tensor; weights: Tensor | null } {
  const factor = 1 / Math.sqrt((q.shape[2] as number) / heads);
  const { useCausalMask: causal, returnAttentionScores, slidingWindow } = scope.config;
  const masks = slidingWindow === null ? given : [...given, bandMask(q, q.shape[1] as number, k.shape[1] as number, slidingWindow)];
  const dropped = dropping(scope);
  if (!returnAttentionScores) return { joined: ops.attention([q, k, v, ...masks], { heads, groups, scale: factor, causal, ...dropped }), weights: null };
  const [batch = 1, queries = 1] = q.shape;
  const keys = k.shape[1] as number;
  const whole = { shape: [batch * heads, queries, keys] };
  const spread = masks.map((mask) => ops.reshape(ops.broadcastTo(mask, { shape: [batch, heads, queries, keys] }), whole));
  const served = (x: Tensor) => splitHeads(repeatedHeads(x, groups, heads / groups), heads);
  const scores = ops.matmul(scale(splitHeads(q, heads), factor), served(k), { transposeB: true });
  const mask = [...spread, ...(causal ? [causalMask(scores, queries, keys)] : [])].reduce<Tensor | undefined>(bothMasks, undefined);
  const all = ops.softmax(masked(scores, mask));
  const weights = dropped ? ops.dropout(all, dropped) : all;
  return { joined: joinHeads(ops.matmul(weights, served(v)), heads), weights: ops.reshape(weights, { shape: [batch, heads, queries, keys] }) };
}

/** Each head of [batch, places, heads·width] as often as it serves. */
function repeatedHeads(x: Tensor, heads: number, times: number): Tensor {
  if (times === 1) return x;
  const [batch = 1, places = 1, width = 1] = x.shape;
  const size = width / heads;
  const wide = ops.broadcastTo(ops.reshape(x, { shape: [batch, places, heads, 1, size] }), { shape: [batch, places, heads, times, size] });
  return ops.reshape(wide, { shape: [batch, places, heads * times * size] });
}

/** Rank 3 [batch, places, width] of `heads` side by side → [batch·heads, places, width/heads]. */
function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch = 1, places = 1, width = 1] = x.shape;
  const split = ops.reshape(x, { shape: [batch, places, heads, width / heads] });
  return ops.reshape(ops.transpose(split, { perm: [0, 2, 1, 3] }), { shape: [batch * heads, places, width / heads] });
}

/** The way back. */
function joinHeads(x: Tensor, heads: number): Tensor {
  const [all = 1, places = 1, width = 1] = x.shape;
  const split = ops.reshape(x, { shape: [all / heads, heads, places, width] });
  return ops.reshape(ops.transpose(split, { perm: [0, 2, 1, 3] }), { shape: [all / heads, places, heads * width] });
}
