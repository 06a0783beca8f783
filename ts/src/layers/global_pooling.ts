// One value per channel: one file for averages and maxima over one, two and three axes.
import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Pooled } from './shapes.js';
import { type DataFormat, firstPlace } from './spatial.js';

export interface GlobalPoolingConfig extends LayerOptions {
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
  /** Whether the axes stay, with size 1. Default false. */
  readonly keepdims?: boolean;
}

/* @__NO_SIDE_EFFECTS__ */
const pooling = (kind: 'Average' | 'Max', places: number): LayerDefinition<Resolved<GlobalPoolingConfig>> => ({
  className: `Global${kind}Pooling${places}D`,
  defaults: { dataFormat: 'channelsLast', keepdims: false },
  mask: null,
  call(scope, x) {
    const { dataFormat, keepdims: keepDims } = scope.config;
    if (x.shape.length !== places + 2) scope.fail(`takes ${places + 2} axes`, x.shape);
    const first = firstPlace(dataFormat);
    const axes = Array.from({ length: places }, (_, i) => first + i);
    const mask = kind === 'Average' && places === 1 ? scope.mask(x) : undefined;
    if (!mask) return kind === 'Max' ? ops.max(x, { axes, keepDims }) : ops.mean(x, { axes, keepDims });
    // Steps that the mask leaves out don't count.
    const [batch = 1, steps = 1] = mask.shape;
    const counts = ops.reshape(mask, { shape: dataFormat === 'channelsLast' ? [batch, steps, 1] : [batch, 1, steps] });
    const total = ops.maximum(ops.sum(counts, { axes, keepDims }), number(x, 1e-12));
    return ops.div(ops.sum(ops.mul(x, counts), { axes, keepDims }), total);
  },
});

/** Mean over steps; honours a mask. [batch, steps, features] → [batch, features]. Keras's GlobalAveragePooling1D. */
export const globalAveragePooling1d = optional<GlobalPoolingConfig, Pooled>(pooling('Average', 1));
/** Mean over rows and columns. Keras's GlobalAveragePooling2D. */
export const globalAveragePooling2d = optional<GlobalPoolingConfig, Pooled>(pooling('Average', 2));
/** Mean over all places. Keras's GlobalAveragePooling3D. */
export const globalAveragePooling3d = optional<GlobalPoolingConfig, Pooled>(pooling('Average', 3));
/** Largest over steps. Keras's GlobalMaxPooling1D. */
export const globalMaxPooling1d = optional<GlobalPoolingConfig, Pooled>(pooling('Max', 1));
/** Largest over rows and columns. Keras's GlobalMaxPooling2D. */
export const globalMaxPooling2d = optional<GlobalPoolingConfig, Pooled>(pooling('Max', 2));
/** Largest over all places. Keras's GlobalMaxPooling3D. */
export const globalMaxPooling3d = optional<GlobalPoolingConfig, Pooled>(pooling('Max', 3));
