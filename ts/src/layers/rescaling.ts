import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale, shift } from '../core/values.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface RescalingConfig extends LayerOptions {
  readonly scale: number;
  /** Default 0. */
  readonly offset?: number;
}

const definition: LayerDefinition<Resolved<RescalingConfig>> = {
  className: 'Rescaling',
  defaults: { scale: REQUIRED, offset: 0 },
  call(scope, x): Tensor {
    const scaled = scale(x.dtype === 'float32' ? x : ops.cast(x, { dtype: 'float32' }), scope.config.scale);
    return scope.config.offset === 0 ? scaled : shift(scaled, scope.config.offset);
  },
};

/**
 * x·scale + offset. As a first layer it lets pictures stay bytes until the engine reads them. Shape and mask pass. Keras's Rescaling.
 * @example
 * sequential([layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const rescaling = factory<RescalingConfig, Same>(definition);
