import { ops } from '../core/ops.generated.js';
import { scale } from '../core/values.js';
import { type AugmentationOptions, augmentation, boundsOf, checkFactor, drawn, type Factor } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { Same } from './shapes.js';

export interface RandomBrightnessConfig extends AugmentationOptions {
  /** Bounds of what is added, as a share of the range of values, from −1 to 1; one number means ± it. */
  readonly factor: Factor;
  /** Range of the values; results are clipped to it. Default [0, 255]. */
  readonly valueRange?: readonly [number, number];
}

const definition = /* @__PURE__ */ augmentation<Resolved<RandomBrightnessConfig>>(
  'RandomBrightness',
  { factor: REQUIRED, valueRange: [0, 255] },
  ({ factor }, name) => checkFactor(name, 'factor', factor, -1, 1),
  (scope, images) => {
    const [min, max] = boundsOf(scope.config.valueRange);
    const more = scale(drawn(scope, images, 0, boundsOf(scope.config.factor)), max - min);
    return ops.clip(ops.add(images, ops.reshape(more, { shape: [images.shape[0] as number, 1, 1, 1] })), { min, max });
  },
);

/**
 * Makes each picture lighter or darker while training. Keras's RandomBrightness.
 * @example
 * sequential([layers.randomBrightness({ factor: 0.2, valueRange: [0, 1], inputShape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const randomBrightness = factory<RandomBrightnessConfig, Same>(definition);
