import type { ConstraintLike } from '../constraints/index.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale } from '../core/values.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions, Scope } from './layer.js';
import { alongside, axesOf, divided, moments } from './normalize.js';
import type { Same } from './shapes.js';

export interface BatchNormalizationConfig extends LayerOptions {
  /** Axis that keeps statistics of its own. Default −1. */
  readonly axis?: number;
  /** Share of the old moving average that stays. Default 0.99. */
  readonly momentum?: number;
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
  /** Default 'zeros'. */
  readonly movingMeanInitializer?: InitializerLike;
  /** Default 'ones'. */
  readonly movingVarianceInitializer?: InitializerLike;
  /** Default none. */
  readonly betaRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly betaConstraint?: ConstraintLike | null;
  /** Default none. */
  readonly gammaRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly gammaConstraint?: ConstraintLike | null;
}

type Config = Resolved<BatchNormalizationConfig>;

/** The moving average a step later. */
function moved(scope: Scope<Config>, name: string, old: Tensor, now: Tensor): void {
  const { momentum } = scope.config;
  scope.update(name, ops.add(scale(old, momentum), scale(ops.stopGradient(ops.reshape(now, { shape: old.shape })), 1 - momentum)));
}

const definition: LayerDefinition<Config> = {
  className: 'BatchNormalization',
  defaults: {
    axis: -1,
    momentum: 0.99,
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: 'zeros',
    gammaInitializer: 'ones',
    movingMeanInitializer: 'zeros',
    movingVarianceInitializer: 'ones',
    betaRegularizer: null,
    betaConstraint: null,
    gammaRegularizer: null,
    gammaConstraint: null,
  },
  call(scope, x) {
    const c = scope.config;
    const own = axesOf(c.axis, x.shape.length, scope.path);
    const shape = own.map((a) => x.shape[a] as number);
    const gamma = c.scale ? scope.weight('gamma', shape, { initializer: c.gammaInitializer, regularizer: c.gammaRegularizer, constraint: c.gammaConstraint }) : null;
    const beta = c.center ? scope.weight('beta', shape, { initializer: c.betaInitializer, regularizer: c.betaRegularizer, constraint: c.betaConstraint }) : null;
    const mean = scope.weight('moving_mean', shape, { initializer: c.movingMeanInitializer, trainable: false });
    const variance = scope.weight('moving_variance', shape, { initializer: c.movingVarianceInitializer, trainable: false });
    let y: Tensor;
    // A frozen layer keeps to its moving averages, as in Keras.
    if (scope.training && scope.layer.trainable) {
      const others = x.shape.map((_, i) => i).filter((i) => !own.includes(i));
      const now = moments(x, others);
      moved(scope, 'moving_mean', mean, now.mean);
      moved(scope, 'moving_variance', variance, now.variance);
      y = divided(now.centered, now.variance, c.epsilon);
    } else {
      y = divided(ops.sub(x, alongside(mean, own, x)), alongside(variance, own, x), c.epsilon);
    }
    if (gamma) y = ops.mul(y, alongside(gamma, own, x));
    return beta ? ops.add(y, alongside(beta, own, x)) : y;
  },
};

/**
 * Normalises each channel over the batch while training, by moving averages afterwards. Shape and mask pass.
 * Weights: gamma, beta, moving_mean, moving_variance. Keras's BatchNormalization (Ioffe and Szegedy 2015).
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.batchNormalization()]);
 */
export const batchNormalization = optional<BatchNormalizationConfig, Same>(definition);
