import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { attend, checkSlidingWindow, masksOf } from './attend.js';
import { checkRate } from './dropout.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { combined, projected } from './multi_head_attention.js';
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
  /** A place sees only those less than so many places away, on both sides. Default null: all. */
  readonly slidingWindow?: number | null;
  /** Whether the heads' results are multiplied by a sigmoid of the query. Default false. */
  readonly useGate?: boolean;
  /** Whether a place sees only itself and those before. Default false. */
  readonly useCausalMask?: boolean;
  /** Whether the scores follow the output. Default false. */
  readonly returnAttentionScores?: boolean;
  /** On each projection. Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

const definition: LayerDefinition<Resolved<GroupQueryAttentionConfig>> = {
  className: 'GroupedQueryAttention',
  defaults: withKernel({
    headDim: REQUIRED,
    numQueryHeads: REQUIRED,
    numKeyValueHeads: REQUIRED,
    dropout: 0,
    useBias: true,
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
    if (c.numQueryHeads % c.numKeyValueHeads !== 0)
      throw new ConfigError(`${name}: ${c.numKeyValueHeads} heads of keys don't divide ${c.numQueryHeads} heads of queries`, { layer: name, expected: c.numQueryHeads, received: c.numKeyValueHeads });
  },
  mask: (_, scope, query) => (query ? scope.mask(query) : undefined),
  call(scope, query, value = query, key = value, mask?: Tensor) {
    const c = scope.config;
    if (query.shape.length !== 3) scope.fail('takes [batch, places, width]', query.shape);
    const [heads, groups] = [c.numQueryHeads, c.numKeyValueHeads];
    const q = projected(scope, 'query', query, heads, c.headDim);
    const k = projected(scope, 'key', key, groups, c.headDim);
    const gate = c.useGate ? ops.sigmoid(projected(scope, 'gate', query, heads, c.headDim)) : null;
    const v = projected(scope, 'value', value, groups, c.headDim);
    const { joined, weights } = attend(scope, [q, k, v], heads, groups, masksOf(scope, query, value, key, mask));
    const out = combined(scope, gate ? ops.mul(joined, gate) : joined, heads, c.headDim, query.shape[2] as number);
    return weights ? [out, weights] : out;
  },
};

/**
 * Attention whose heads of keys and values serve several heads of queries. Keras's GroupedQueryAttention (Ainslie and others 2023).
 * @example
 * const x = input({ shape: [10, 16] });
 * layers.groupQueryAttention({ headDim: 8, numQueryHeads: 4, numKeyValueHeads: 2 }).apply(x); // [null, 10, 16]
 */
export const groupQueryAttention = factory<GroupQueryAttentionConfig, Unknown>(definition);
