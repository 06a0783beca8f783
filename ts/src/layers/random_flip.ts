import { unknownName } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number, scale, shift } from '../core/values.js';
import { type AugmentationOptions, augmentation, drawn, sampled } from './augment.js';
import { optional, type Resolved } from './factory.js';
import type { Same } from './shapes.js';

export interface RandomFlipConfig extends AugmentationOptions {
  /** Which sides may change places. Default 'horizontalAndVertical'. */
  readonly mode?: 'horizontalAndVertical' | 'horizontal' | 'vertical';
}

const MODES = ['horizontalAndVertical', 'horizontal', 'vertical'];

const definition = /* @__PURE__ */ augmentation<Resolved<RandomFlipConfig>>(
  'RandomFlip',
  { mode: 'horizontalAndVertical' },
  ({ mode }, name) => {
    if (!MODES.includes(mode)) throw unknownName(`mode of ${name}`, mode, MODES);
  },
  (scope, images) => {
    const { mode } = scope.config;
    const [, rows = 1, columns = 1] = images.shape;
    /** The direction of an axis, and where it begins. */
    const axis = (draw: number, n: number, on: boolean): [Tensor | number, Tensor | number] => {
      if (!on) return [1, 0];
      const u = drawn(scope, images, draw, [0, 1]);
      const turned = ops.less(u, number(u, 0.5));
      return [shift(scale(turned, -2), 1), scale(turned, n - 1)];
    };
    const [x, left] = axis(0, columns, mode !== 'vertical');
    const [y, top] = axis(1, rows, mode !== 'horizontal');
    return sampled(images, [x, 0, left, 0, y, top], { fillMode: 'nearest', interpolation: 'nearest', fillValue: 0 });
  },
);

/**
 * Mirrors each picture or not while training, with a chance of one half for each direction. Keras's RandomFlip.
 * @example
 * sequential([layers.randomFlip({ mode: 'horizontal', inputShape: [28, 28, 1] }), layers.flatten(), layers.dense({ units: 10 })]);
 */
export const randomFlip = optional<RandomFlipConfig, Same>(definition);
