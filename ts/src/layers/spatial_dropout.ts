// Dropout of whole channels: one file for one, two and three axes.
import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { checkRate } from './dropout.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface SpatialDropoutConfig extends LayerOptions {
  /** Share of channels that become 0. */
  readonly rate: number;
  /** Where the channels are. Default 'channelsLast'. */
  readonly dataFormat?: 'channelsLast' | 'channelsFirst';
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

/* @__NO_SIDE_EFFECTS__ */
const spatial = (places: number): LayerDefinition<Resolved<SpatialDropoutConfig>> => ({
  className: `SpatialDropout${places}D`,
  defaults: { rate: REQUIRED, dataFormat: 'channelsLast', seed: null },
  check: checkRate,
  call(scope, x) {
    const { rate, dataFormat, seed } = scope.config;
    if (x.shape.length !== places + 2) scope.fail(`takes ${places + 2} axes`, x.shape);
    if (!scope.training || rate === 0) return x;
    const channels = dataFormat === 'channelsLast' ? x.shape.length - 1 : 1;
    const shape = x.shape.map((d, i) => (i === 0 || i === channels ? d : 1));
    return ops.mul(x, ops.dropout(ops.broadcastTo(number(x, 1), { shape }), { rate, key: seed ?? scope.key() }));
  },
});

/** Drops whole features of sequences [batch, steps, features]. Keras's SpatialDropout1D. */
export const spatialDropout1d = factory<SpatialDropoutConfig, Same>(spatial(1));
/** Drops whole channels of pictures [batch, rows, columns, channels]. Keras's SpatialDropout2D. */
export const spatialDropout2d = factory<SpatialDropoutConfig, Same>(spatial(2));
/** Drops whole channels of volumes. Keras's SpatialDropout3D. */
export const spatialDropout3d = factory<SpatialDropoutConfig, Same>(spatial(3));
