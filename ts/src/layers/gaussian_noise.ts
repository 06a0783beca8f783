import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface GaussianNoiseConfig extends LayerOptions {
  /** Standard deviation. */
  readonly stddev: number;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

const definition: LayerDefinition<Resolved<GaussianNoiseConfig>> = {
  className: 'GaussianNoise',
  defaults: { stddev: REQUIRED, seed: null },
  check({ stddev }, name) {
    if (!(stddev >= 0)) throw new ConfigError(`${name}: stddev must be at least 0, received ${stddev}`, { layer: name, received: stddev });
  },
  call(scope, x) {
    const { stddev, seed } = scope.config;
    if (!scope.training || stddev === 0) return x;
    return ops.add(x, ops.randomNormal(x.tracer, { shape: x.shape, dtype: 'float32', mean: 0, stddev, key: seed ?? scope.key() }));
  },
};

/** Adds normal noise while training. Shape and mask pass. Keras's GaussianNoise. */
export const gaussianNoise = factory<GaussianNoiseConfig, Same>(definition);
