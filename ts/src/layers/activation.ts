import type { ActivationLike } from '../activations/index.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface ActivationConfig extends LayerOptions {
  readonly activation: ActivationLike;
}

const definition: LayerDefinition<{ activation: ActivationLike }> = {
  className: 'Activation',
  defaults: { activation: undefined as unknown as ActivationLike },
  call: (scope, x) => scope.activate(x, scope.config.activation),
};

/**
 * An activation as a layer of its own. Shape and mask pass. Keras's Activation.
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.activation({ activation: 'relu' })]);
 */
export function activation<const I extends readonly (number | null)[] | undefined = undefined>(config: ActivationConfig & { readonly inputShape?: I }) {
  return new Layer<Same, I, { activation: ActivationLike }>(definition, config as never);
}
