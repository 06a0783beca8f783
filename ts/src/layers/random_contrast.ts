import { ops } from '../core/ops.generated.js';
import { type AugmentationOptions, augmentation, checkFactor, drawn, type Factor } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { Same } from './shapes.js';

export interface RandomContrastConfig extends AugmentationOptions {
  /** [lower, upper], each from 0 to 1: distances from the mean become 1 − lower to 1 + upper times as large; one number stands for both. */
  readonly factor: Factor;
  /** What values are clipped to. Default [0, 255]. */
  readonly valueRange?: readonly [number, number];
}

const definition = /* @__PURE__ */ augmentation<Resolved<RandomContrastConfig>>(
  'RandomContrast',
  { factor: REQUIRED, valueRange: [0, 255] },
  ({ factor }, name) => checkFactor(name, 'factor', factor, 0, 1),
  (scope, images) => {
    const { factor, valueRange } = scope.config;
    const [lower, upper] = typeof factor === 'number' ? [factor, factor] : factor;
    const times = ops.reshape(drawn(scope, images, 0, [1 - lower, 1 + upper]), { shape: [images.shape[0] as number, 1, 1, 1] });
    const mean = ops.mean(images, { axes: [1, 2], keepDims: true });
    return ops.clip(ops.add(ops.mul(ops.sub(images, mean), times), mean), { min: valueRange[0], max: valueRange[1] });
  },
);

/**
 * Strengthens or weakens the contrast of each picture while training, around the mean of each channel. Keras's RandomContrast.
 * @example
 * sequential([layers.randomContrast({ factor: 0.2, valueRange: [0, 1], inputShape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const randomContrast = factory<RandomContrastConfig, Same>(definition);
