import { ops } from '../core/ops.generated.js';
import { size } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Flattened } from './shapes.js';
import type { DataFormat } from './spatial.js';

export interface FlattenConfig extends LayerOptions {
  /** With 'channelsFirst' the channels go last before flattening, so that weights after it fit both formats. Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}

const definition: LayerDefinition<Resolved<FlattenConfig>> = {
  className: 'Flatten',
  defaults: { dataFormat: 'channelsLast' },
  mask: null,
  call(scope, x) {
    const rank = x.shape.length;
    const first = scope.config.dataFormat === 'channelsFirst' && rank > 2;
    const y = first ? ops.transpose(x, { perm: [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1] }) : x;
    return ops.reshape(y, { shape: [x.shape[0] as number, size(x.shape.slice(1))] });
  },
};

/**
 * All axes but the batch become one. [batch, …] → [batch, product]. Keras's Flatten.
 * @example
 * sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 10 })]);
 */
export const flatten = optional<FlattenConfig, Flattened>(definition);
