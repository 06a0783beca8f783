import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale } from '../core/values.js';
import type { InitializerLike } from '../initializers/index.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions, Scope } from './layer.js';
import { affine, alongside, axesOf, divided, moments } from './normalize.js';
import type { Same } from './shapes.js';
import { type AffineOptions, withAffine } from './weight_options.js';

export interface BatchNormalizationConfig extends LayerOptions, AffineOptions {
  /** Axis that keeps statistics of its own. Default −1. */
  readonly axis?: number;
  /** Share of the old moving average that stays. Default 0.99. */
  readonly momentum?: number;
  /** Default 1e-3. */
  readonly epsilon?: number;
  /** Default 'zeros'. */
  readonly movingMeanInitializer?: InitializerLike;
  /** Default 'ones'. */
  readonly movingVarianceInitializer?: InitializerLike;
}

type Config = Resolved<BatchNormalizationConfig>;

/** The moving average a step later. */
function moved(scope: Scope<Config>, name: string, old: Tensor, now: Tensor): void {
  const { momentum } = scope.config;
  scope.update(name, ops.add(scale(old, momentum), scale(ops.stopGradient(ops.reshape(now, { shape: old.shape })), 1 - momentum)));
}

const definition: LayerDefinition<Config> = {
  className: 'BatchNormalization',
  defaults: withAffine({
    axis: -1,
    momentum: 0.99,
    epsilon: 1e-3,
    movingMeanInitializer: 'zeros',
    movingVarianceInitializer: 'ones',
  }),
  call(scope, x) {
    const c = scope.config;
    const own = axesOf(c.axis, x.shape.length, scope.path);
    const shape = own.map((a) => x.shape[a] as number);
    const finish = affine(scope, own, x);
    const mean = scope.weight('moving_mean', shape, { initializer: c.movingMeanInitializer, trainable: false });
    const variance = scope.weight('moving_variance', shape, { initializer: c.movingVarianceInitializer, trainable: false });
    let y: Tensor;
    // A frozen layer keeps to its moving averages, as in Keras.
    if (scope.training && scope.trainable) {
      const others = x.shape.map((_, i) => i).filter((i) => !own.includes(i));
      const now = moments(x, others);
      moved(scope, 'moving_mean', mean, now.mean);
      moved(scope, 'moving_variance', variance, now.variance);
      y = divided(now.centered, now.variance, c.epsilon);
    } else {
      y = divided(ops.sub(x, alongside(mean, own, x)), alongside(variance, own, x), c.epsilon);
    }
    return finish(y);
  },
};

/**
 * Normalises each channel over the batch while training, by moving averages afterwards. Shape and mask pass.
 * Weights: gamma, beta, moving_mean, moving_variance. Keras's BatchNormalization (Ioffe and Szegedy 2015).
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.batchNormalization()]);
 */
export const batchNormalization = optional<BatchNormalizationConfig, Same>(definition);
