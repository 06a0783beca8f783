// Places cut off at the sides: one file for one, two and three axes.
import { ops } from '../core/ops.generated.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Windowed } from './shapes.js';
import { type DataFormat, firstPlace, type Sides, sides } from './spatial.js';

export interface CroppingConfig extends LayerOptions {
  /** Places on each side: one number, one per axis, or [before, after] per axis. Default 1; 0 for two axes. */
  readonly cropping?: Sides;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}

/* @__NO_SIDE_EFFECTS__ */
const cropping = (places: number): LayerDefinition<Resolved<CroppingConfig>> => ({
  className: `Cropping${places}D`,
  defaults: { cropping: places === 2 ? 0 : 1, dataFormat: 'channelsLast' },
  mask: null,
  call(scope, x) {
    const cut = sides(scope.config.cropping, places, scope.path);
    if (x.shape.length !== places + 2) scope.fail(`takes ${places + 2} axes`, x.shape);
    const first = firstPlace(scope.config.dataFormat);
    const begin = x.shape.map((_, i) => cut[i - first]?.[0] ?? 0);
    const size = x.shape.map((d, i) => d - (begin[i] as number) - (cut[i - first]?.[1] ?? 0));
    if (size.some((d) => d < 1)) scope.fail('nothing is left', x.shape);
    return ops.slice(x, { begin, size, stride: x.shape.map(() => 1) });
  },
});

/** Steps cut off sequences. Keras's Cropping1D. */
export const cropping1d = optional<CroppingConfig, Windowed<[1], 'same', 'cropping1d'>>(cropping(1));
/** Rows and columns cut off pictures. Keras's Cropping2D. */
export const cropping2d = optional<CroppingConfig, Windowed<[1, 2], 'same', 'cropping2d'>>(cropping(2));
/** Places cut off volumes. Keras's Cropping3D. */
export const cropping3d = optional<CroppingConfig, Windowed<[1, 2, 3], 'same', 'cropping3d'>>(cropping(3));
