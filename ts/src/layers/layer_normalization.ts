import type { ConstraintLike } from '../constraints/index.js';
import { ops } from '../core/ops.generated.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { alongside, axesOf, divided, moments } from './normalize.js';
import type { Same } from './shapes.js';

export interface LayerNormalizationConfig extends LayerOptions {
  /** Axes that are normalised together. Default −1. */
  readonly axis?: number | readonly number[];
  /** Default 1e-3. */
  readonly epsilon?: number;
  /** Whether there is a beta. Default true. */
  readonly center?: boolean;
  /** Whether there is a gamma. Default true. */
  readonly scale?: boolean;
  /** Default 'zeros'. */
  readonly betaInitializer?: InitializerLike;
  /** Default 'ones'. */
  readonly gammaInitializer?: InitializerLike;
  /** Default none. */
  readonly betaRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly betaConstraint?: ConstraintLike | null;
  /** Default none. */
  readonly gammaRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly gammaConstraint?: ConstraintLike | null;
}

const definition: LayerDefinition<Resolved<LayerNormalizationConfig>> = {
  className: 'LayerNormalization',
  defaults: {
    axis: -1,
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: 'zeros',
    gammaInitializer: 'ones',
    betaRegularizer: null,
    betaConstraint: null,
    gammaRegularizer: null,
    gammaConstraint: null,
  },
  call(scope, x) {
    const c = scope.config;
    const axes = axesOf(c.axis, x.shape.length, scope.path);
    const shape = axes.map((a) => x.shape[a] as number);
    const { centered, variance } = moments(x, axes);
    let y = divided(centered, variance, c.epsilon);
    if (c.scale) y = ops.mul(y, alongside(scope.weight('gamma', shape, { initializer: c.gammaInitializer, regularizer: c.gammaRegularizer, constraint: c.gammaConstraint }), axes, x));
    if (c.center) y = ops.add(y, alongside(scope.weight('beta', shape, { initializer: c.betaInitializer, regularizer: c.betaRegularizer, constraint: c.betaConstraint }), axes, x));
    return y;
  },
};

/**
 * Normalises each row over its own axes. Shape and mask pass. Weights: gamma, beta. Keras's LayerNormalization (Ba and others 2016).
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.layerNormalization()]);
 */
export const layerNormalization = optional<LayerNormalizationConfig, Same>(definition);
