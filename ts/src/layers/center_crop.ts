import { ops } from '../core/ops.generated.js';
import { float } from '../core/values.js';
import { checkSize } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { resized } from './resample.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';

export interface CenterCropConfig extends LayerOptions {
  /** Rows of the result. */
  readonly height: number;
  /** Columns of the result. */
  readonly width: number;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}

const definition: LayerDefinition<Resolved<CenterCropConfig>> = {
  className: 'CenterCrop',
  defaults: { height: REQUIRED, width: REQUIRED, dataFormat: 'channelsLast' },
  check: (config, name) => checkSize(name, config),
  mask: null,
  call(scope, x) {
    const { height, width, dataFormat } = scope.config;
    if (x.shape.length !== 4) scope.fail('takes pictures, four axes with the batch', x.shape);
    return channelsLast(float(x), dataFormat, (images) => {
      const [batch = 1, rows = 1, columns = 1, channels = 1] = images.shape;
      const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
      if (top < 0 || left < 0) return resized(images, { size: [height, width], interpolation: 'bilinear', cropToAspectRatio: true });
      return ops.slice(images, { begin: [0, top, left, 0], size: [batch, height, width, channels], stride: [1, 1, 1, 1] });
    });
  },
};

/**
 * The middle of pictures; of pictures that are too small the middle in this shape, resized. Keras's CenterCrop.
 * @example
 * sequential([layers.centerCrop({ height: 24, width: 24, inputShape: [28, 28, 1] })]); // [null, 24, 24, 1]
 */
export const centerCrop = factory<CenterCropConfig, Windowed<[1, 2], 'same', 'centerCrop'>>(definition);
