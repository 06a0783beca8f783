// Places repeated: one file for one, two and three axes.
import { unknownName } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { each, optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { along, INTERPOLATIONS, type Interpolation, resizing } from './resample.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';

export interface UpSamplingConfig extends LayerOptions {
  /** Times that each place is repeated: one number, or one per axis. Default 2. */
  readonly size?: number | readonly number[];
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}
export interface UpSampling2DConfig extends UpSamplingConfig {
  /** How new places follow from those around them. Default 'nearest'. */
  readonly interpolation?: Interpolation;
}

/** Every element of an axis, `times` times. */
function repeated(x: Tensor, axis: number, times: number): Tensor {
  if (times === 1) return x;
  const [before, after] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)];
  const wide = ops.broadcastTo(ops.reshape(x, { shape: [...before, 1, ...after] }), { shape: [...before, times, ...after] });
  return ops.reshape(wide, { shape: [...x.shape.slice(0, axis), (x.shape[axis] as number) * times, ...after] });
}

/* @__NO_SIDE_EFFECTS__ */
const sampling = <C extends Resolved<UpSamplingConfig>>(places: number, own: Omit<C, 'size' | 'dataFormat'>): LayerDefinition<C> => ({
  className: `UpSampling${places}D`,
  defaults: { size: 2, dataFormat: 'channelsLast', ...own } as unknown as C,
  check(config, name) {
    const { interpolation = 'nearest' } = config as Partial<UpSampling2DConfig>;
    if (!INTERPOLATIONS.includes(interpolation)) throw unknownName(`interpolation of ${name}`, interpolation, INTERPOLATIONS);
  },
  mask: null,
  call(scope, x) {
    if (x.shape.length !== places + 2) scope.fail(`takes ${places + 2} axes`, x.shape);
    const times = each(scope.config.size, places);
    const { dataFormat } = scope.config;
    const { interpolation = 'nearest' } = scope.config as Partial<UpSampling2DConfig>;
    const larger = (y: Tensor, axis: number, n: number): Tensor => {
      if (interpolation === 'nearest') return repeated(y, axis, n);
      const size = y.shape[axis] as number;
      return along(y, axis, resizing(y.tracer, size, size * n, interpolation));
    };
    return channelsLast(x, dataFormat, (y) => times.reduce((z, n, i) => larger(z, i + 1, n), y));
  },
});

/** Steps repeated. Keras's UpSampling1D. */
export const upSampling1d = optional<UpSamplingConfig, Windowed<[1], 'same', 'upSampling1d'>>(sampling(1, {}));
/** Rows and columns repeated, or interpolated. Keras's UpSampling2D. */
export const upSampling2d = optional<UpSampling2DConfig, Windowed<[1, 2], 'same', 'upSampling2d'>>(sampling(2, { interpolation: 'nearest' }));
/** Places of volumes repeated. Keras's UpSampling3D. */
export const upSampling3d = optional<UpSamplingConfig, Windowed<[1, 2, 3], 'same', 'upSampling3d'>>(sampling(3, {}));
