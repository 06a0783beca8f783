import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { float, scale, shift } from '../core/values.js';
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
  /** Whether training corrects the batch's statistics towards running ones, for small batches (Ioffe 2017). Default false. */
  readonly renorm?: boolean;
  /** Bounds of the correction: of its factor `rmin` … `rmax`, of its shift −`dmax` … `dmax`. Default none. */
  readonly renormClipping?: { readonly rmin?: number; readonly rmax?: number; readonly dmax?: number } | null;
  /** Share of the old running statistics that stays. Default 0.99. */
  readonly renormMomentum?: number;
}

type Config = Resolved<BatchNormalizationConfig>;

/** The moving average a step later. */
function moved(scope: Scope<Config>, name: string, old: Tensor, now: Tensor, momentum = scope.config.momentum): Tensor {
  const next = ops.add(scale(old, momentum), scale(ops.stopGradient(ops.reshape(now, { shape: old.shape })), 1 - momentum));
  scope.update(name, next);
  return next;
}

/** Mean and variance of a batch; places that the mask leaves out don't count. */
function statistics(scope: Scope<Config>, x: Tensor, others: readonly number[]): ReturnType<typeof moments> {
  const mask = scope.mask(x);
  if (!mask) return moments(x, others);
  const counts = ops.broadcastTo(ops.reshape(float(mask), { shape: x.shape.map((_, i) => mask.shape[i] ?? 1) }), { shape: x.shape });
  const over = (value: Tensor) => ops.sum(ops.mul(counts, value), { axes: others, keepDims: true });
  // Keras's epsilon, which makes a batch without any place one of zeros.
  const number = shift(ops.sum(counts, { axes: others, keepDims: true }), 1e-7);
  const mean = ops.div(over(x), number);
  const centered = ops.sub(x, mean);
  return { mean, centered, variance: ops.div(over(ops.square(centered)), number) };
}

interface Moving {
  readonly shape: readonly number[];
  readonly own: readonly number[];
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Normalised by the batch, and corrected towards running statistics as they were before it; the correction has no gradient. */
function renormalized(scope: Scope<Config>, x: Tensor, now: ReturnType<typeof moments> | null, { shape, own, mean, variance }: Moving): Tensor {
  const c = scope.config;
  const state = (name: string, initializer: InitializerLike) => scope.weight(name, shape, { initializer, trainable: false });
  const stddev = state('moving_stddev', 'ones');
  const [oldMean, oldStddev] = [state('renorm_mean', 'zeros'), state('renorm_stddev', 'ones')];
  if (!now) return divided(ops.sub(x, alongside(mean, own, x)), alongside(variance, own, x), c.epsilon);
  const deviation = ops.sqrt(shift(now.variance, c.epsilon));
  const { rmin = 0, rmax = Infinity, dmax = Infinity } = c.renormClipping ?? {};
  const [m, s] = [alongside(oldMean, own, x), alongside(oldStddev, own, x)];
  const factor = ops.clip(ops.div(deviation, s), { min: rmin, max: rmax });
  const offset = ops.clip(ops.div(ops.sub(now.mean, m), s), { min: -dmax, max: dmax });
  moved(scope, 'renorm_mean', oldMean, now.mean, c.renormMomentum);
  moved(scope, 'renorm_stddev', oldStddev, deviation, c.renormMomentum);
  scope.update('moving_variance', shift(ops.square(moved(scope, 'moving_stddev', stddev, deviation)), -c.epsilon));
  return ops.add(ops.mul(ops.div(now.centered, deviation), ops.stopGradient(factor)), ops.stopGradient(offset));
}

const definition: LayerDefinition<Config> = {
  className: 'BatchNormalization',
  defaults: withAffine({
    axis: -1,
    momentum: 0.99,
    epsilon: 1e-3,
    movingMeanInitializer: 'zeros',
    movingVarianceInitializer: 'ones',
    renorm: false,
    renormClipping: null,
    renormMomentum: 0.99,
  }),
  check({ renormClipping }, name) {
    const bounds = Object.entries(renormClipping ?? {});
    for (const [key, value] of bounds)
      if (!/^(rmin|rmax|dmax)$/.test(key) || !(value >= 0))
        throw new ConfigError(`${name}: renormClipping takes rmin, rmax and dmax, numbers from 0 up, received ${key}: ${value}`, { layer: name, received: value });
    const { rmin = 0, rmax = Infinity } = renormClipping ?? {};
    if (rmin > rmax) throw new ConfigError(`${name}: renormClipping has an rmin of ${rmin} above its rmax of ${rmax}`, { layer: name, received: rmin });
  },
  call(scope, x) {
    const c = scope.config;
    const own = axesOf(c.axis, x.shape.length, scope.path);
    const shape = own.map((a) => x.shape[a] as number);
    const finish = affine(scope, own, x);
    const mean = scope.weight('moving_mean', shape, { initializer: c.movingMeanInitializer, trainable: false });
    const variance = scope.weight('moving_variance', shape, { initializer: c.movingVarianceInitializer, trainable: false });
    // A frozen layer keeps to its moving averages, as in Keras.
    const learns = scope.training && scope.trainable;
    const now = learns
      ? statistics(
          scope,
          x,
          x.shape.map((_, i) => i).filter((i) => !own.includes(i)),
        )
      : null;
    if (now) moved(scope, 'moving_mean', mean, now.mean);
    if (c.renorm) return finish(renormalized(scope, x, now, { shape, own, mean, variance }));
    if (!now) return finish(divided(ops.sub(x, alongside(mean, own, x)), alongside(variance, own, x), c.epsilon));
    moved(scope, 'moving_variance', variance, now.variance);
    return finish(divided(now.centered, now.variance, c.epsilon));
  },
};

/**
 * Normalises each channel over the batch while training, by moving averages afterwards. Shape and mask pass.
 * Places that a mask leaves out don't count. Weights: gamma, beta, moving_mean, moving_variance; with `renorm` also moving_stddev,
 * renorm_mean, renorm_stddev. Keras's BatchNormalization (Ioffe and Szegedy 2015).
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.batchNormalization()]);
 */
export const batchNormalization = optional<BatchNormalizationConfig, Same>(definition);
