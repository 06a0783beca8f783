// Places repeated: one file for one, two and three axes.
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { each, optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';

export interface UpSamplingConfig extends LayerOptions {
  /** Times that each place is repeated: one number, or one per axis. Default 2. */
  readonly size?: number | readonly number[];
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}

/** Every element of an axis, `times` times. */
function repeated(x: Tensor, axis: number, times: number): Tensor {
  if (times === 1) return x;
  const [before, after] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)];
  const wide = ops.broadcastTo(ops.reshape(x, { shape: [...before, 1, ...after] }), { shape: [...before, times, ...after] });
  return ops.reshape(wide, { shape: [...x.shape.slice(0, axis), (x.shape[axis] as number) * times, ...after] });
}

const sampling = (places: number): LayerDefinition<Resolved<UpSamplingConfig>> => ({
  className: `UpSampling${places}D`,
  defaults: { size: 2, dataFormat: 'channelsLast' },
  mask: null,
  call(scope, x) {
    if (x.shape.length !== places + 2) scope.fail(`takes ${places + 2} axes`, x.shape);
    const times = each(scope.config.size, places);
    return channelsLast(x, scope.config.dataFormat, (y) => times.reduce((z, n, i) => repeated(z, i + 1, n), y));
  },
});

/** Steps repeated. Keras's UpSampling1D. */
export const upSampling1d = optional<UpSamplingConfig, Windowed<[1], 'same', 'upSampling1d'>>(sampling(1));
/** Rows and columns repeated (nearest). Keras's UpSampling2D. */
export const upSampling2d = optional<UpSamplingConfig, Windowed<[1, 2], 'same', 'upSampling2d'>>(sampling(2));
/** Places of volumes repeated. Keras's UpSampling3D. */
export const upSampling3d = optional<UpSamplingConfig, Windowed<[1, 2, 3], 'same', 'upSampling3d'>>(sampling(3));
