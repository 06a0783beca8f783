import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { type AugmentationOptions, augmentation, checkSize, drawn, sampled } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import { resized } from './resample.js';
import type { Windowed } from './shapes.js';

export interface RandomCropConfig extends AugmentationOptions {
  /** Rows of the result. */
  readonly height: number;
  /** Columns of the result. */
  readonly width: number;
}
type Config = Resolved<RandomCropConfig>;

/** The middle, as large as its shape allows, made smaller or larger. */
const middle = ({ height, width }: Config) => ({ size: [height, width] as const, interpolation: 'bilinear' as const, cropToAspectRatio: true });

const definition = /* @__PURE__ */ augmentation<Config>(
  'RandomCrop',
  { height: REQUIRED, width: REQUIRED },
  (config, name) => checkSize(name, config),
  (scope, images) => {
    const { height, width } = scope.config;
    const [, rows = 1, columns = 1] = images.shape;
    if (rows < height || columns < width) return resized(images, middle(scope.config));
    const start = (draw: number, most: number) => {
      const u = drawn(scope, images, draw, [0, most + 1]);
      return ops.minimum(ops.floor(u), number(u, most));
    };
    return sampled(images, [1, 0, start(1, columns - width), 0, 1, start(0, rows - height)], { fillMode: 'nearest', interpolation: 'nearest', fillValue: 0 }, [height, width]);
  },
  (scope, images) => resized(images, middle(scope.config)),
);

/**
 * A part of each picture, at a place of its own while training; otherwise, and of pictures that are too small, the middle in this shape,
 * resized. Keras's RandomCrop, which takes the same place for a whole batch.
 * @example
 * sequential([layers.randomCrop({ height: 24, width: 24, inputShape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const randomCrop = factory<RandomCropConfig, Windowed<[1, 2], 'same', 'randomCrop'>>(definition);
