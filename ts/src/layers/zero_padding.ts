// Zeros around places: one file for one, two and three axes.
import { ops } from '../core/ops.generated.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Windowed } from './shapes.js';
import { type DataFormat, firstPlace, type Sides, sides } from './spatial.js';

export interface ZeroPaddingConfig extends LayerOptions {
  /** Zeros on each side: one number, one per axis, or [before, after] per axis. Default 1. */
  readonly padding?: Sides;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}

/* @__NO_SIDE_EFFECTS__ */
const padding = (places: number): LayerDefinition<Resolved<ZeroPaddingConfig>> => ({
  className: `ZeroPadding${places}D`,
  defaults: { padding: 1, dataFormat: 'channelsLast' },
  mask: null,
  call(scope, x) {
    const around = sides(scope.config.padding, places, scope.path);
    if (x.shape.length !== places + 2) scope.fail(`takes ${places + 2} axes`, x.shape);
    const first = firstPlace(scope.config.dataFormat);
    const along = (side: 0 | 1) => x.shape.map((_, i) => around[i - first]?.[side] ?? 0);
    return ops.pad(x, { before: along(0), after: along(1) });
  },
});

/** Zeros before and after sequences. Keras's ZeroPadding1D. */
export const zeroPadding1d = optional<ZeroPaddingConfig, Windowed<[1], 'same', 'zeroPadding1d'>>(padding(1));
/** Zeros around pictures. Keras's ZeroPadding2D. */
export const zeroPadding2d = optional<ZeroPaddingConfig, Windowed<[1, 2], 'same', 'zeroPadding2d'>>(padding(2));
/** Zeros around volumes. Keras's ZeroPadding3D. */
export const zeroPadding3d = optional<ZeroPaddingConfig, Windowed<[1, 2, 3], 'same', 'zeroPadding3d'>>(padding(3));
