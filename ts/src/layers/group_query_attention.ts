import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale } from '../core/values.js';
import { joinHeads, masked, splitHeads } from './attend.js';
import { checkRate } from './dropout.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { combined, headMask, projected } from './multi_head_attention.js';
import type { Unknown } from './shapes.js';
import { type BiasOptions, type KernelOptions, withKernel } from './weight_options.js';

export interface GroupQueryAttentionConfig extends LayerOptions, KernelOptions, BiasOptions {
  /** Width of a head. */
  readonly headDim: number;
  readonly numQueryHeads: number;
  /** Divides the heads of the query: each of these serves several of them. */
  readonly numKeyValueHeads: number;
  /** Share of scores that is dropped while training. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly useBias?: boolean;
  /** Whether the heads' results are multiplied by a sigmoid of the query. Default false. */
  readonly useGate?: boolean;
  /** Whether a place sees only itself and those before. Default false. */
  readonly useCausalMask?: boolean;
  /** Whether the scores follow the output. Default false. */
  readonly returnAttentionScores?: boolean;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

/** Each head of [batch, places, heads·width] as often as it serves. */
function repeatedHeads(x: Tensor, heads: number, times: number): Tensor {
  const [batch = 1, places = 1, width = 1] = x.shape;
  const size = width / heads;
  const wide = ops.broadcastTo(ops.reshape(x, { shape: [batch, places, heads, 1, size] }), { shape: [batch, places, heads, times, size] });
  return ops.reshape(wide, { shape: [batch, places, heads * times * size] });
}

const definition: LayerDefinition<Resolved<GroupQueryAttentionConfig>> = {
  className: 'GroupedQueryAttention',
  defaults: withKernel({
    headDim: REQUIRED,
    numQueryHeads: REQUIRED,
    numKeyValueHeads: REQUIRED,
    dropout: 0,
    useBias: true,
    useGate: false,
    useCausalMask: false,
    returnAttentionScores: false,
    seed: null,
  }),
  check(c, name) {
    checkRate({ rate: c.dropout }, name);
    if (c.numQueryHeads % c.numKeyValueHeads !== 0)
      throw new ConfigError(`${name}: ${c.numKeyValueHeads} heads of keys don't divide ${c.numQueryHeads} heads of queries`, { layer: name, expected: c.numQueryHeads, received: c.numKeyValueHeads });
  },
  mask: (_, scope, query) => (query ? scope.mask(query) : undefined),
  call(scope, query, value = query, key = value, mask?: Tensor) {
    const c = scope.config;
    if (query.shape.length !== 3) scope.fail('takes [batch, places, width]', query.shape);
    const [heads, times] = [c.numQueryHeads, c.numQueryHeads / c.numKeyValueHeads];
    const q = splitHeads(projected(scope, 'query', query, heads, c.headDim), heads);
    const served = (name: string, x: Tensor) => splitHeads(repeatedHeads(projected(scope, name, x, c.numKeyValueHeads, c.headDim), c.numKeyValueHeads, times), heads);
    const k = served('key', key);
    const gate = c.useGate ? ops.sigmoid(projected(scope, 'gate', query, heads, c.headDim)) : null;
    const v = served('value', value);
    const scores = ops.matmul(scale(q, 1 / Math.sqrt(c.headDim)), k, { transposeB: true });
    let weights = ops.softmax(masked(scores, headMask(scope, scores, heads, query, value, key, mask)));
    if (scope.training && c.dropout > 0) weights = ops.dropout(weights, { rate: c.dropout, key: c.seed ?? scope.key() });
    const joined = joinHeads(ops.matmul(weights, v), heads);
    const out = combined(scope, gate ? ops.mul(joined, gate) : joined, heads, c.headDim, query.shape[2] as number);
    if (!c.returnAttentionScores) return out;
    const [, queries = 1, keys = 1] = weights.shape;
    return [out, ops.reshape(weights, { shape: [query.shape[0] as number, heads, queries, keys] })];
  },
};

/**
 * Attention whose heads of keys and values serve several heads of queries. Keras's GroupedQueryAttention (Ainslie and others 2023).
 * @example
 * const x = input({ shape: [10, 16] });
 * layers.groupQueryAttention({ headDim: 8, numQueryHeads: 4, numKeyValueHeads: 2 }).apply(x); // [null, 10, 16]
 */
export const groupQueryAttention = factory<GroupQueryAttentionConfig, Unknown>(definition);
