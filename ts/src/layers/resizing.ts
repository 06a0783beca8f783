import { ConfigError, unknownName } from '../core/errors.js';
import { float } from '../core/values.js';
import { checkSize } from './augment.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { INTERPOLATIONS, type Interpolation, resized } from './resample.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';

export interface ResizingConfig extends LayerOptions {
  /** Rows of the result. */
  readonly height: number;
  /** Columns of the result. */
  readonly width: number;
  /** How new places follow from those around them. Default 'bilinear'. */
  readonly interpolation?: Interpolation;
  /** Whether the sides that don't fit are cut off, in place of changing the shape. Default false. */
  readonly cropToAspectRatio?: boolean;
  /** Whether a border is added where the shape doesn't fit. Default false. */
  readonly padToAspectRatio?: boolean;
  /** Value of that border. Default 0. */
  readonly fillValue?: number;
  /** Whether a smaller picture takes the mean of wider surroundings. Default false. */
  readonly antialias?: boolean;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}

const definition: LayerDefinition<Resolved<ResizingConfig>> = {
  className: 'Resizing',
  defaults: {
    height: REQUIRED,
    width: REQUIRED,
    interpolation: 'bilinear',
    cropToAspectRatio: false,
    padToAspectRatio: false,
    fillValue: 0,
    antialias: false,
    dataFormat: 'channelsLast',
  },
  check(config, name) {
    checkSize(name, config);
    if (!INTERPOLATIONS.includes(config.interpolation)) throw unknownName(`interpolation of ${name}`, config.interpolation, INTERPOLATIONS);
    if (config.cropToAspectRatio && config.padToAspectRatio) throw new ConfigError(`${name}: cropToAspectRatio and padToAspectRatio can't both be true`, { layer: name });
  },
  mask: null,
  call(scope, x) {
    const { height, width, dataFormat, ...options } = scope.config;
    if (x.shape.length !== 4) scope.fail('takes pictures, four axes with the batch', x.shape);
    return channelsLast(float(x), dataFormat, (images) => resized(images, { size: [height, width], ...options }));
  },
};

/**
 * Pictures in another size. Keras's Resizing.
 * @example
 * sequential([layers.resizing({ height: 16, width: 16, inputShape: [28, 28, 1] })]); // [null, 16, 16, 1]
 */
export const resizing = factory<ResizingConfig, Windowed<[1, 2], 'same', 'resizing'>>(definition);
