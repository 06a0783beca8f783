// The largest or the mean of windows over one, two and three axes.
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { each, optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';
import { around, checkFits, checkPadding, checkWindow, type Padding } from './windows.js';

export interface PoolingConfig extends LayerOptions {
  /** Places of the window: one number, or one per axis. Default 2. */
  readonly poolSize?: number | readonly number[];
  /** Steps of the window. Default: poolSize. */
  readonly strides?: number | readonly number[] | null;
  /** Default 'valid'. Padding never wins and never counts. */
  readonly padding?: Padding;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}
type Kind = 'Max' | 'Average';

interface Axis {
  readonly pool: number;
  readonly stride: number;
  readonly padding: Padding;
}

/** Windows over the two places of [batch, rows, columns, channels]. */
function pool2d(kind: Kind, x: Tensor, rows: Axis, columns: Axis): Tensor {
  const pads = [rows, columns].flatMap((a, i) => around(a.padding, x.shape[i + 1] as number, a.pool, a.stride, 1));
  const attrs = { pool: [rows.pool, columns.pool], strides: [rows.stride, columns.stride], padding: pads };
  return kind === 'Max' ? ops.maxPool2d(x, attrs) : ops.avgPool2d(x, attrs);
}

const ONE: Axis = { pool: 1, stride: 1, padding: 'valid' };

/** Windows of a sequence, a picture or a volume; a volume's last two axes first, then its depth. */
function pooled(kind: Kind, x: Tensor, axes: readonly Axis[]): Tensor {
  if (axes.length === 2) return pool2d(kind, x, axes[0] as Axis, axes[1] as Axis);
  const [batch = 1, depth = 1, rows = 1, columns = 1, channels = 1] = x.shape;
  if (axes.length === 1) {
    const y = pool2d(kind, ops.reshape(x, { shape: [batch, depth, 1, rows] }), axes[0] as Axis, ONE);
    return ops.reshape(y, { shape: [batch, y.shape[1] as number, rows] });
  }
  const flat = pool2d(kind, ops.reshape(x, { shape: [batch * depth, rows, columns, channels] }), axes[1] as Axis, axes[2] as Axis);
  const [, r = 1, c = 1] = flat.shape;
  const deep = pool2d(kind, ops.reshape(flat, { shape: [batch, depth, r * c, channels] }), axes[0] as Axis, ONE);
  return ops.reshape(deep, { shape: [batch, deep.shape[1] as number, r, c, channels] });
}

/* @__NO_SIDE_EFFECTS__ */
const definition = (kind: Kind, axes: number): LayerDefinition<Resolved<PoolingConfig>> => ({
  className: `${kind}Pooling${axes}D`,
  defaults: { poolSize: 2, strides: null, padding: 'valid', dataFormat: 'channelsLast' },
  check(c, name) {
    checkWindow(name, { poolSize: c.poolSize, ...(c.strides !== null && { strides: c.strides }) }, axes);
    checkPadding(name, c.padding, ['valid', 'same']);
  },
  mask: null,
  call(scope, x) {
    const { poolSize, strides, padding, dataFormat } = scope.config;
    if (x.shape.length !== axes + 2) scope.fail(`takes ${axes + 2} axes`, x.shape);
    const pool = each(poolSize, axes);
    const steps = each(strides ?? poolSize, axes);
    return channelsLast(x, dataFormat, (image) => {
      checkFits(
        scope as never,
        x.shape,
        image.shape.slice(1, -1),
        pool,
        pool.map(() => 1),
        padding,
      );
      return pooled(
        kind,
        image,
        pool.map((p, i) => ({ pool: p, stride: steps[i] as number, padding })),
      );
    });
  },
});

/** Largest of windows of sequences. Keras's MaxPooling1D. */
export const maxPooling1d = optional<PoolingConfig, Windowed<[1], 'same', 'maxPooling1d'>>(definition('Max', 1));
/** Largest of windows of pictures. Keras's MaxPooling2D. */
export const maxPooling2d = optional<PoolingConfig, Windowed<[1, 2], 'same', 'maxPooling2d'>>(definition('Max', 2));
/** Largest of windows of volumes. Keras's MaxPooling3D. */
export const maxPooling3d = optional<PoolingConfig, Windowed<[1, 2, 3], 'same', 'maxPooling3d'>>(definition('Max', 3));
/** Mean of windows of sequences. Keras's AveragePooling1D. */
export const averagePooling1d = optional<PoolingConfig, Windowed<[1], 'same', 'averagePooling1d'>>(definition('Average', 1));
/** Mean of windows of pictures. Keras's AveragePooling2D. */
export const averagePooling2d = optional<PoolingConfig, Windowed<[1, 2], 'same', 'averagePooling2d'>>(definition('Average', 2));
/** Mean of windows of volumes. Keras's AveragePooling3D. */
export const averagePooling3d = optional<PoolingConfig, Windowed<[1, 2, 3], 'same', 'averagePooling3d'>>(definition('Average', 3));
