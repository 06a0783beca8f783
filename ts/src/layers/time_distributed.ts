import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import { type AnyLayer, Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface TimeDistributedConfig extends LayerOptions {
  /** Called on every step with the same weights. */
  readonly layer: AnyLayer;
}

const definition: LayerDefinition<Resolved<TimeDistributedConfig>> = {
  className: 'TimeDistributed',
  defaults: { layer: REQUIRED },
  check({ layer }, name) {
    if (!(layer instanceof Layer)) throw new ConfigError(`${name}: needs a layer`, { layer: name });
  },
  sublayers: ({ layer }) => [layer as unknown as Layer],
  call(scope, x) {
    const [batch = 1, steps = 1, ...rest] = x.shape;
    if (x.shape.length < 3) scope.fail('takes [batch, steps, …]', x.shape);
    const y = scope.call(scope.config.layer as unknown as Layer, ops.reshape(x, { shape: [batch * steps, ...rest] }));
    return ops.reshape(y, { shape: [batch, steps, ...y.shape.slice(1)] });
  },
};

/** A layer on every step of a sequence. Keras's TimeDistributed. */
export const timeDistributed = factory<TimeDistributedConfig, Unknown>(definition);
