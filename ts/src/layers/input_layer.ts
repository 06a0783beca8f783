import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

const definition: LayerDefinition<object> = { className: 'InputLayer', defaults: {}, call: (_, x) => x };

/**
 * States the shape of the input, as a first layer.
 * @example
 * sequential([layers.inputLayer({ inputShape: [784] }), layers.dense({ units: 10 })]);
 */
export function inputLayer<const I extends readonly (number | null)[]>(config: LayerOptions & { readonly inputShape: I }) {
  return new Layer<Same, I, object>(definition, config as never);
}
