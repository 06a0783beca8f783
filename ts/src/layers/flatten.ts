import { ops } from '../core/ops.generated.js';
import { size } from '../core/values.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Flattened } from './shapes.js';

const definition: LayerDefinition<object> = {
  className: 'Flatten',
  defaults: {},
  call: (_, x) => ops.reshape(x, { shape: [x.shape[0] as number, size(x.shape.slice(1))] }),
  mask: null,
};

/**
 * All axes but the batch become one. [batch, …] → [batch, product]. Keras's Flatten.
 * @example
 * sequential([layers.flatten({ inputShape: [28, 28] }), layers.dense({ units: 10 })]);
 */
export function flatten<const I extends readonly (number | null)[] | undefined = undefined>(config: LayerOptions & { readonly inputShape?: I } = {} as never) {
  return new Layer<Flattened, I, object>(definition, config as never);
}
