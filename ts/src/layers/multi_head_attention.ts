import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { attend, checkSlidingWindow, masksOf } from './attend.js';
import { checkRate } from './dropout.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions, Scope } from './layer.js';
import type { Unknown } from './shapes.js';
import { type BiasOptions, type KernelOptions, optionsOf, withKernel } from './weight_options.js';

export interface MultiHeadAttentionConfig extends LayerOptions, KernelOptions, BiasOptions {
  readonly numHeads: number;
  /** Width of a head's queries and keys. */
  readonly keyDim: number;
  /** Width of a head's values. Default: keyDim. */
  readonly valueDim?: number | null;
  /** Share of scores that is dropped while training. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly useBias?: boolean;
  /** Width of the result. Default: the query's. */
  readonly outputShape?: number | null;
  /** Axes that are attended over, as one. Default: all between the batch and the last. */
  readonly attentionAxes?: readonly number[] | null;
  /** A place sees only those less than so many places away, on both sides. Default null: all. */
  readonly slidingWindow?: number | null;
  /** Whether the heads' results are multiplied by a sigmoid of the query. Default false. */
  readonly useGate?: boolean;
  /** Whether a place sees only itself and those before. Default false. */
  readonly useCausalMask?: boolean;
  /** Whether the scores [batch, heads, queries, keys] follow the output. Default false. */
  readonly returnAttentionScores?: boolean;
  /** On each projection. Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}
type Config = Resolved<MultiHeadAttentionConfig>;
type Projected = Pick<Config, 'useBias' | 'activityRegularizer'> & Required<KernelOptions & BiasOptions>;

/** [batch, places, width] times a kernel [width, heads, size], heads side by side. */
export function projected(scope: Scope<Projected>, name: string, x: Tensor, heads: number, size: number): Tensor {
  const [batch = 1, places = 1, width = 1] = x.shape;
  const c = scope.config;
  const kernel = scope.weight(`${name}/kernel`, [width, heads, size], optionsOf(c, 'kernel'));
  let y = ops.matmul(ops.reshape(x, { shape: [batch * places, width] }), ops.reshape(kernel, { shape: [width, heads * size] }));
  if (c.useBias) {
    const bias = scope.weight(`${name}/bias`, [heads, size], optionsOf(c, 'bias'));
    y = ops.add(y, ops.reshape(bias, { shape: [heads * size] }));
  }
  const out = ops.reshape(y, { shape: [batch, places, heads * size] });
  scope.penalize(out, c.activityRegularizer);
  return out;
}

/** The heads' results times a kernel [heads, size, width]. */
export function combined(scope: Scope<Projected>, x: Tensor, heads: number, size: number, width: number): Tensor {
  const [batch = 1, places = 1] = x.shape;
  const c = scope.config;
  const kernel = scope.weight('attention_output/kernel', [heads, size, width], optionsOf(c, 'kernel'));
  let y = ops.matmul(ops.reshape(x, { shape: [batch * places, heads * size] }), ops.reshape(kernel, { shape: [heads * size, width] }));
  if (c.useBias) y = ops.add(y, scope.weight('attention_output/bias', [width], optionsOf(c, 'bias')));
  const out = ops.reshape(y, { shape: [batch, places, width] });
  scope.penalize(out, c.activityRegularizer);
  return out;
}

/** [batch, …, width] with the attended axes as one and all others in the batch. */
function folded(scope: Scope<Config>, x: Tensor, axes: readonly number[]): Tensor {
  const last = x.shape.length - 1;
  if (axes.some((a) => a < 1 || a >= last)) scope.fail(`attentionAxes ${JSON.stringify(axes)} must lie between the batch and the last axis`, x.shape);
  if (last === 2) return x;
  const others = x.shape.map((_, i) => i).filter((i) => i < last && !axes.includes(i));
  const size = (list: readonly number[]) => list.reduce((n, i) => n * (x.shape[i] as number), 1);
  return ops.reshape(ops.transpose(x, { perm: [...others, ...axes, last] }), { shape: [size(others), size(axes), x.shape[last] as number] });
}

/** The way back, for a result as wide as it is. */
function unfolded(y: Tensor, like: Tensor, axes: readonly number[]): Tensor {
  const last = like.shape.length - 1;
  if (last === 2) return y;
  const order = [...like.shape.map((_, i) => i).filter((i) => i < last && !axes.includes(i)), ...axes, last];
  const wide = ops.reshape(y, { shape: order.map((i) => (i === last ? (y.shape[2] as number) : (like.shape[i] as number))) });
  return ops.transpose(wide, { perm: like.shape.map((_, i) => order.indexOf(i)) });
}

const definition: LayerDefinition<Config> = {
  className: 'MultiHeadAttention',
  defaults: withKernel({
    numHeads: REQUIRED,
    keyDim: REQUIRED,
    valueDim: null,
    dropout: 0,
    useBias: true,
    outputShape: null,
    attentionAxes: null,
    slidingWindow: null,
    useGate: false,
    useCausalMask: false,
    returnAttentionScores: false,
    activityRegularizer: null,
    seed: null,
  }),
  check(c, name) {
    checkRate({ rate: c.dropout }, name);
    checkSlidingWindow(c.slidingWindow, name);
    for (const key of ['numHeads', 'keyDim'] as const)
      if (!Number.isInteger(c[key]) || c[key] < 1) throw new ConfigError(`${name}: ${key} must be a whole number above 0, received ${c[key]}`, { layer: name, received: c[key] });
  },
  mask: (_, scope, query) => (query ? scope.mask(query) : undefined),
  call(scope, givenQuery, givenValue = givenQuery, givenKey = givenValue, mask?: Tensor) {
    const c = scope.config;
    const rank = givenQuery.shape.length;
    if (rank < 3) scope.fail('takes [batch, places, width]', givenQuery.shape);
    const axes = c.attentionAxes ?? Array.from({ length: rank - 2 }, (_, i) => i + 1);
    const [query, value, key] = [givenQuery, givenValue, givenKey].map((x) => folded(scope, x, axes)) as [Tensor, Tensor, Tensor];
    const valueDim = c.valueDim ?? c.keyDim;
    const [heads, ofQuery] = [c.numHeads, projected(scope, 'query', query, c.numHeads, c.keyDim)];
    const ofKey = projected(scope, 'key', key, heads, c.keyDim);
    const gate = c.useGate ? ops.sigmoid(projected(scope, 'gate', query, heads, valueDim)) : null;
    const ofValue = projected(scope, 'value', value, heads, valueDim);
    const { joined, weights } = attend(scope, [ofQuery, ofKey, ofValue], heads, heads, masksOf(scope, query, value, key, mask));
    const out = unfolded(combined(scope, gate ? ops.mul(joined, gate) : joined, heads, valueDim, c.outputShape ?? (query.shape[2] as number)), givenQuery, axes);
    if (!weights) return out;
    const others = givenQuery.shape.filter((_, i) => i < rank - 1 && !axes.includes(i));
    const sizes = (x: Tensor) => axes.map((a) => x.shape[a] as number);
    return [out, ops.reshape(weights, { shape: [...others, heads, ...sizes(givenQuery), ...sizes(givenKey)] })];
  },
};

/**
 * Attention in several heads: query, value (default: the query), key (default: the value), each [batch, places, width], and a
 * mask [batch, queries, keys] of ones and zeros. Keras's MultiHeadAttention (Vaswani and others 2017).
 * @example
 * const x = input({ shape: [10, 16] });
 * layers.multiHeadAttention({ numHeads: 2, keyDim: 8, useCausalMask: true }).apply(x); // [null, 10, 16]
 */
export const multiHeadAttention = factory<MultiHeadAttentionConfig, Unknown>(definition);
