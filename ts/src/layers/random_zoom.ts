import { ConfigError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { scale, shift } from '../core/values.js';
import { type AugmentationOptions, augmentation, boundsOf, checkFactor, checkSampling, drawn, type Factor, type SamplingOptions, sampled, withSampling } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { Same } from './shapes.js';

export interface RandomZoomConfig extends AugmentationOptions, SamplingOptions {
  /** Bounds of the change of height, above −1, up to 1: the picture shows 1 + it of its rows, so that numbers above 0 make things smaller. */
  readonly heightFactor: Factor;
  /** The same for columns. Default: as the rows, so that shapes keep. */
  readonly widthFactor?: Factor | null;
}

const definition = /* @__PURE__ */ augmentation<Resolved<RandomZoomConfig>>(
  'RandomZoom',
  withSampling({ heightFactor: REQUIRED, widthFactor: null }),
  (config, name) => {
    for (const key of ['heightFactor', 'widthFactor'] as const) {
      const factor = config[key];
      if (factor === null) continue;
      checkFactor(name, key, factor, -1, 1);
      if ([factor].flat().includes(-1)) throw new ConfigError(`${name}: ${key} must be above −1: nothing would be left of the picture`, { layer: name, received: factor });
    }
    checkSampling(name, config);
  },
  (scope, images) => {
    const { heightFactor, widthFactor } = scope.config;
    const [, rows = 1, columns = 1] = images.shape;
    const shown = (draw: number, factor: Factor) => shift(drawn(scope, images, draw, boundsOf(factor)), 1);
    const start = (share: Tensor, n: number) => shift(scale(share, (1 - n) / 2), (n - 1) / 2);
    const height = shown(0, heightFactor);
    const width = widthFactor === null ? height : shown(1, widthFactor);
    return sampled(images, [width, 0, start(width, columns), 0, height, start(height, rows)], scope.config);
  },
);

/**
 * Shows each picture nearer or farther while training. Keras's RandomZoom.
 * @example
 * sequential([layers.randomZoom({ heightFactor: 0.1, inputShape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const randomZoom = factory<RandomZoomConfig, Same>(definition);
