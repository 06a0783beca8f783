import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { axesOf, normalized } from './normalize.js';
import type { Same } from './shapes.js';

export interface RMSNormalizationConfig extends LayerOptions {
  /** Axes that are normalised together. Default −1. */
  readonly axis?: number | readonly number[];
  /** Default 1e-6. */
  readonly epsilon?: number;
}

const definition: LayerDefinition<Resolved<RMSNormalizationConfig>> = {
  className: 'RMSNormalization',
  defaults: { axis: -1, epsilon: 1e-6 },
  call(scope, x) {
    const axes = axesOf(scope.config.axis, x.shape.length, scope.path);
    const gamma = scope.weight(
      'scale',
      axes.map((a) => x.shape[a] as number),
      { initializer: 'ones' },
    );
    return normalized(x, axes, scope.config.epsilon, { gamma, centered: false });
  },
};

/**
 * Divides each row by its root mean square. Shape and mask pass. Weight: scale. Keras's RMSNormalization (Zhang and Sennrich 2019).
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.rmsNormalization()]);
 */
export const rmsNormalization = optional<RMSNormalizationConfig, Same>(definition);
