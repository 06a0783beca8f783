import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { axesOf } from './normalize.js';
import type { Same } from './shapes.js';

export interface UnitNormalizationConfig extends LayerOptions {
  /** Axes of the vectors. Default −1. */
  readonly axis?: number | readonly number[];
}

const definition: LayerDefinition<Resolved<UnitNormalizationConfig>> = {
  className: 'UnitNormalization',
  defaults: { axis: -1 },
  call(scope, x) {
    const axes = axesOf(scope.config.axis, x.shape.length, scope.path);
    const squares = ops.sum(ops.square(x), { axes, keepDims: true });
    return ops.mul(x, ops.rsqrt(ops.maximum(squares, number(x, 1e-12))));
  },
};

/**
 * Scales vectors to length 1. Shape and mask pass. Keras's UnitNormalization.
 * @example
 * sequential([layers.unitNormalization({ inputShape: [4] })]);
 */
export const unitNormalization = optional<UnitNormalizationConfig, Same>(definition);
