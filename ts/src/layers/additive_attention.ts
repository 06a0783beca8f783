import { ConfigError } from '../core/errors.js';
import { additiveScores, attended } from './attention.js';
import { checkRate } from './dropout.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface AdditiveAttentionConfig extends LayerOptions {
  /** Whether the summands have learned weights. Default true. */
  readonly useScale?: boolean;
  /** Share of scores that is dropped while training. Default 0. */
  readonly dropout?: number;
  /** Whether a place sees only itself and those before. Default false. */
  readonly useCausalMask?: boolean;
  /** Whether the scores follow the output. Default false. */
  readonly returnAttentionScores?: boolean;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

const definition: LayerDefinition<Resolved<AdditiveAttentionConfig>> = {
  className: 'AdditiveAttention',
  defaults: { useScale: true, dropout: 0, useCausalMask: false, returnAttentionScores: false, seed: null },
  check: ({ dropout }, name) => checkRate({ rate: dropout }, name),
  mask: (_, scope, query) => (query ? scope.mask(query) : undefined),
  call(scope, query, value, key = value) {
    if (!value || !key) throw new ConfigError(`${scope.path}: takes query, value and, if it isn't the value, key`, { layer: scope.path });
    const weight = scope.config.useScale ? scope.weight('scale', [query.shape.at(-1) as number], { initializer: 'glorotUniform' }) : null;
    return attended(scope, additiveScores(query, key, weight), query, value);
  },
};

/** Attention with scores Σ scale·tanh(query + key). Keras's AdditiveAttention (Bahdanau and others 2014). */
export const additiveAttention = optional<AdditiveAttentionConfig, Unknown>(definition);
