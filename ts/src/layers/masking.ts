import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface MaskingConfig extends LayerOptions {
  /** Steps all of whose features have this value don't count. Default 0. */
  readonly maskValue?: number;
}

const definition: LayerDefinition<Resolved<MaskingConfig>> = {
  className: 'Masking',
  defaults: { maskValue: 0 },
  call(scope, x) {
    const different = ops.notEqual(x, number(x, scope.config.maskValue));
    const counts = ops.max(different, { axes: [-1], keepDims: true });
    const out = ops.mul(x, counts);
    scope.trace.masks.set(out, ops.max(different, { axes: [-1] }));
    return out;
  },
};

/** Marks steps of sequences that later layers leave out. Keras's Masking. */
export const masking = optional<MaskingConfig, Same>(definition);
