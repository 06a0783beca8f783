import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface PermuteConfig extends LayerOptions {
  /** The axes after the batch in their new order, counted from 1. */
  readonly dims: readonly number[];
}

const definition: LayerDefinition<Resolved<PermuteConfig>> = {
  className: 'Permute',
  defaults: { dims: REQUIRED },
  check({ dims }, name) {
    if ([...dims].sort((a, b) => a - b).some((d, i) => d !== i + 1))
      throw new ConfigError(`${name}: dims must be the axes 1 … ${dims.length} in some order, received [${dims}]`, { layer: name, received: dims });
  },
  mask: null,
  call: (scope, x) => ops.transpose(x, { perm: [0, ...scope.config.dims] }),
};

/**
 * Axes in another order. Keras's Permute.
 * @example
 * sequential([layers.permute({ dims: [2, 1], inputShape: [10, 64] })]); // [null, 64, 10]
 */
export const permute = factory<PermuteConfig, Unknown>(definition);
