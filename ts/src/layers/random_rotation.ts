import { ops } from '../core/ops.generated.js';
import { scale, shift } from '../core/values.js';
import { type AugmentationOptions, augmentation, boundsOf, checkFactor, checkSampling, drawn, type Factor, type SamplingOptions, sampled, withSampling } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { Same } from './shapes.js';

export interface RandomRotationConfig extends AugmentationOptions, SamplingOptions {
  /** Bounds of the angle as a share of a whole turn, from −1 to 1; one number means ± it. */
  readonly factor: Factor;
}

const definition = /* @__PURE__ */ augmentation<Resolved<RandomRotationConfig>>(
  'RandomRotation',
  withSampling({ factor: REQUIRED }),
  (config, name) => {
    checkFactor(name, 'factor', config.factor, -1, 1);
    checkSampling(name, config);
  },
  (scope, images) => {
    const [, rows = 1, columns = 1] = images.shape;
    const [x, y] = [(columns - 1) / 2, (rows - 1) / 2];
    const angle = scale(drawn(scope, images, 0, boundsOf(scope.config.factor)), 2 * Math.PI);
    const [cos, sin] = [ops.cos(angle), ops.sin(angle)];
    // The middle stays where it is.
    const left = ops.add(shift(scale(cos, -x), x), scale(sin, y));
    const top = ops.sub(shift(scale(cos, -y), y), scale(sin, x));
    return sampled(images, [cos, ops.neg(sin), left, sin, cos, top], scope.config);
  },
);

/**
 * Turns each picture around its middle by an angle of its own while training. Keras's RandomRotation.
 * @example
 * sequential([layers.randomRotation({ factor: 0.05, inputShape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const randomRotation = factory<RandomRotationConfig, Same>(definition);
