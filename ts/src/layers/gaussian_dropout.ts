import { ops } from '../core/ops.generated.js';
import { checkRate } from './dropout.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface GaussianDropoutConfig extends LayerOptions {
  /** As a dropout rate: noise of variance rate/(1 − rate). */
  readonly rate: number;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

const definition: LayerDefinition<Resolved<GaussianDropoutConfig>> = {
  className: 'GaussianDropout',
  defaults: { rate: REQUIRED, seed: null },
  check: checkRate,
  call(scope, x) {
    const { rate, seed } = scope.config;
    if (!scope.training || rate === 0) return x;
    const stddev = Math.sqrt(rate / (1 - rate));
    return ops.mul(x, ops.randomNormal(x.tracer, { shape: x.shape, dtype: 'float32', mean: 1, stddev, key: seed ?? scope.key() }));
  },
};

/** Multiplies by normal noise around 1 while training. Shape and mask pass. Keras's GaussianDropout. */
export const gaussianDropout = factory<GaussianDropoutConfig, Same>(definition);
