import { scale } from '../core/values.js';
import { type AugmentationOptions, augmentation, boundsOf, checkFactor, checkSampling, drawn, type Factor, type SamplingOptions, sampled, withSampling } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { Same } from './shapes.js';

export interface RandomTranslationConfig extends AugmentationOptions, SamplingOptions {
  /** Bounds of the way down as a share of the height, from −1 to 1; one number means ± it. */
  readonly heightFactor: Factor;
  /** The same to the right, as a share of the width. */
  readonly widthFactor: Factor;
}

const definition = /* @__PURE__ */ augmentation<Resolved<RandomTranslationConfig>>(
  'RandomTranslation',
  withSampling({ heightFactor: REQUIRED, widthFactor: REQUIRED }),
  (config, name) => {
    for (const key of ['heightFactor', 'widthFactor'] as const) checkFactor(name, key, config[key], -1, 1);
    checkSampling(name, config);
  },
  (scope, images) => {
    const { heightFactor, widthFactor } = scope.config;
    const [, rows = 1, columns = 1] = images.shape;
    const from = (draw: number, factor: Factor, n: number) => scale(drawn(scope, images, draw, boundsOf(factor)), -n);
    return sampled(images, [1, 0, from(1, widthFactor, columns), 0, 1, from(0, heightFactor, rows)], scope.config);
  },
);

/**
 * Moves each picture down and to the right, or the other way, while training. Keras's RandomTranslation.
 * @example
 * sequential([layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1, inputShape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const randomTranslation = factory<RandomTranslationConfig, Same>(definition);
