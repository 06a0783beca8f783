// The mean or the largest of windows that follow from the size of the result: one file for one, two and three axes.
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { each, factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';
import { checkWindow } from './windows.js';

export interface AdaptivePoolingConfig extends LayerOptions {
  /** Places of the result: one number, or one per axis. */
  readonly outputSize: number | readonly number[];
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}
type Kind = 'Average' | 'Max';

/** One axis: window i reaches from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉. */
function pooled(kind: Kind, x: Tensor, axis: number, m: number): Tensor {
  const n = x.shape[axis] as number;
  const parts = Array.from({ length: m }, (_, i) => {
    const from = Math.floor((i * n) / m);
    const size = Math.ceil(((i + 1) * n) / m) - from;
    const window = ops.slice(x, { begin: x.shape.map((_, a) => (a === axis ? from : 0)), size: x.shape.map((d, a) => (a === axis ? size : d)), stride: x.shape.map(() => 1) });
    const attrs = { axes: [axis], keepDims: true };
    return kind === 'Max' ? ops.max(window, attrs) : ops.mean(window, attrs);
  });
  return ops.concat(parts, { axis });
}

/* @__NO_SIDE_EFFECTS__ */
const definition = (kind: Kind, axes: number): LayerDefinition<Resolved<AdaptivePoolingConfig>> => ({
  className: `Adaptive${kind}Pooling${axes}D`,
  defaults: { outputSize: REQUIRED, dataFormat: 'channelsLast' },
  check: ({ outputSize }, name) => checkWindow(name, { outputSize }, axes),
  mask: null,
  call(scope, x) {
    if (x.shape.length !== axes + 2) scope.fail(`takes ${axes + 2} axes`, x.shape);
    const sizes = each(scope.config.outputSize, axes);
    return channelsLast(x, scope.config.dataFormat, (y) => sizes.reduce((z, m, i) => pooled(kind, z, i + 1, m), y));
  },
});

/** Means of as many windows of a sequence as asked for. Keras's AdaptiveAveragePooling1D. */
export const adaptiveAveragePooling1d = factory<AdaptivePoolingConfig, Windowed<[1], 'same', 'adaptiveAveragePooling1d'>>(definition('Average', 1));
/** Means of windows of a picture. Keras's AdaptiveAveragePooling2D. */
export const adaptiveAveragePooling2d = factory<AdaptivePoolingConfig, Windowed<[1, 2], 'same', 'adaptiveAveragePooling2d'>>(definition('Average', 2));
/** Means of windows of a volume. Keras's AdaptiveAveragePooling3D. */
export const adaptiveAveragePooling3d = factory<AdaptivePoolingConfig, Windowed<[1, 2, 3], 'same', 'adaptiveAveragePooling3d'>>(definition('Average', 3));
/** Largest of as many windows of a sequence as asked for. Keras's AdaptiveMaxPooling1D. */
export const adaptiveMaxPooling1d = factory<AdaptivePoolingConfig, Windowed<[1], 'same', 'adaptiveMaxPooling1d'>>(definition('Max', 1));
/** Largest of windows of a picture. Keras's AdaptiveMaxPooling2D. */
export const adaptiveMaxPooling2d = factory<AdaptivePoolingConfig, Windowed<[1, 2], 'same', 'adaptiveMaxPooling2d'>>(definition('Max', 2));
/** Largest of windows of a volume. Keras's AdaptiveMaxPooling3D. */
export const adaptiveMaxPooling3d = factory<AdaptivePoolingConfig, Windowed<[1, 2, 3], 'same', 'adaptiveMaxPooling3d'>>(definition('Max', 3));
