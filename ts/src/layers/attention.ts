import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { checkRate } from './dropout.js';
import { bothMasks, causalMask, dropping, masked } from './attend.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions, Scope } from './layer.js';
import type { Unknown } from './shapes.js';

export interface AttentionConfig extends LayerOptions {
  /** Whether scores have a learned scale. Default false. */
  readonly useScale?: boolean;
  /** Products, or a learned sum of tanh. Default 'dot'. */
  readonly scoreMode?: 'dot' | 'concat';
  /** Share of scores that is dropped while training. Default 0. */
  readonly dropout?: number;
  /** Whether a place sees only itself and those before. Default false. */
  readonly useCausalMask?: boolean;
  /** Whether the scores follow the output. Default false. */
  readonly returnAttentionScores?: boolean;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}
type Config = Resolved<AttentionConfig>;

/** Weights each value by its score; query, value and key are [batch, places, width]. */
export function attended(
  scope: Scope<{ dropout: number; seed: number | null; useCausalMask: boolean; returnAttentionScores: boolean }>,
  scores: Tensor,
  query: Tensor,
  value: Tensor,
): Tensor | Tensor[] {
  const { useCausalMask, returnAttentionScores } = scope.config;
  const [, queries = 1, keys = 1] = scores.shape;
  const own = scope.mask(value);
  const valueMask = own && ops.reshape(own, { shape: [own.shape[0] as number, 1, keys] });
  let weights = ops.softmax(masked(scores, bothMasks(valueMask, useCausalMask ? causalMask(scores, queries, keys) : undefined)));
  const dropped = dropping(scope);
  if (dropped) weights = ops.dropout(weights, dropped);
  const out = queried(scope, ops.matmul(weights, value), query);
  return returnAttentionScores ? [out, weights] : out;
}

/** Zeros where the query's mask is zero. */
function queried(scope: Scope<object>, out: Tensor, query: Tensor): Tensor {
  const mask = scope.mask(query);
  return mask ? ops.mul(out, ops.reshape(mask, { shape: [...mask.shape, 1] })) : out;
}

/** [batch, queries, keys] of Σ tanh(query + key), weighted. */
export function additiveScores(query: Tensor, key: Tensor, weight: Tensor | null): Tensor {
  const [batch = 1, queries = 1, width = 1] = query.shape;
  const keys = key.shape[1] as number;
  const sum = ops.tanh(ops.add(ops.reshape(query, { shape: [batch, queries, 1, width] }), ops.reshape(key, { shape: [batch, 1, keys, width] })));
  return ops.sum(weight ? ops.mul(sum, weight) : sum, { axes: [-1] });
}

const definition: LayerDefinition<Config> = {
  className: 'Attention',
  defaults: { useScale: false, scoreMode: 'dot', dropout: 0, useCausalMask: false, returnAttentionScores: false, seed: null },
  check({ dropout, scoreMode }, name) {
    checkRate({ rate: dropout }, name);
    if (scoreMode !== 'dot' && scoreMode !== 'concat') throw new ConfigError(`${name}: scoreMode must be 'dot' or 'concat', received '${scoreMode}'`, { layer: name, received: scoreMode });
  },
  mask: (_, scope, query) => (query ? scope.mask(query) : undefined),
  call(scope, query, value, key = value) {
    if (!value || !key) throw new ConfigError(`${scope.path}: takes query, value and, if it isn't the value, key`, { layer: scope.path });
    const { useScale, scoreMode } = scope.config;
    const factor = useScale ? scope.weight('scale', [], { initializer: 'ones' }) : null;
    if (scoreMode === 'dot' && !scope.config.returnAttentionScores && query.shape.length === 3) {
      const mask = scope.mask(value);
      const masks = mask ? [ops.reshape(mask, { shape: [mask.shape[0] as number, 1, 1, mask.shape[1] as number] })] : [];
      const options = { heads: 1, groups: 1, scale: 1, causal: scope.config.useCausalMask, ...dropping(scope) };
      return queried(scope, ops.attention([factor ? ops.mul(query, factor) : query, key, value, ...masks], options), query);
    }
    let scores: Tensor;
    if (scoreMode === 'dot') {
      scores = ops.matmul(query, key, { transposeB: true });
      if (factor) scores = ops.mul(scores, factor);
    } else {
      const weight = scope.weight('concat_score_weight', [], { initializer: 'ones' });
      const [batch = 1, queries = 1, width = 1] = query.shape;
      const sum = ops.add(ops.reshape(query, { shape: [batch, queries, 1, width] }), ops.reshape(key, { shape: [batch, 1, key.shape[1] as number, width] }));
      scores = ops.mul(ops.sum(ops.tanh(factor ? ops.mul(sum, factor) : sum), { axes: [-1] }), weight);
    }
    return attended(scope, scores, query, value);
  },
};

/**
 * Dot-product attention of query, value and key [batch, places, width]. Keras's Attention (Luong and others 2015).
 * @example
 * const [query, value] = [input({ shape: [4, 8] }), input({ shape: [6, 8] })];
 * layers.attention().apply(query, value); // [null, 4, 8]
 */
export const attention = optional<AttentionConfig, Unknown>(definition);
