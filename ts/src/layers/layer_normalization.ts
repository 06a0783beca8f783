import { ops } from '../core/ops.generated.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { alongside, axesOf, divided, moments, normalized } from './normalize.js';
import type { Same } from './shapes.js';
import { type AffineOptions, optionsOf, withAffine } from './weight_options.js';

export interface LayerNormalizationConfig extends LayerOptions, AffineOptions {
  /** Axes that are normalised together. Default −1. */
  readonly axis?: number | readonly number[];
  /** Default 1e-3. */
  readonly epsilon?: number;
  /** Whether the mean stays and there is no beta: x/√(variance + ε)·gamma. Default false. */
  readonly rmsScaling?: boolean;
}

const definition: LayerDefinition<Resolved<LayerNormalizationConfig>> = {
  className: 'LayerNormalization',
  defaults: withAffine({
    axis: -1,
    epsilon: 1e-3,
    rmsScaling: false,
  }),
  call(scope, x) {
    const c = scope.config;
    const axes = axesOf(c.axis, x.shape.length, scope.path);
    const shape = axes.map((a) => x.shape[a] as number);
    if (c.rmsScaling) {
      const { variance } = moments(x, axes);
      return ops.mul(divided(x, variance, c.epsilon), alongside(scope.weight('gamma', shape, optionsOf(c, 'gamma')), axes, x));
    }
    const gamma = c.scale ? scope.weight('gamma', shape, optionsOf(c, 'gamma')) : null;
    const beta = c.center ? scope.weight('beta', shape, optionsOf(c, 'beta')) : null;
    return normalized(x, axes, c.epsilon, { gamma, beta });
  },
};

/**
 * Normalises each row over its own axes. Shape and mask pass. Weights: gamma, beta. Keras's LayerNormalization (Ba and others 2016).
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.layerNormalization()]);
 */
export const layerNormalization = optional<LayerNormalizationConfig, Same>(definition);
