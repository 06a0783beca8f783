import type { Tensor } from '../core/tensor.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface LambdaConfig extends LayerOptions {
  /** Made of `ops`; traced and differentiated. Saved by its name. */
  readonly function: (...inputs: Tensor[]) => Tensor;
}

const definition: LayerDefinition<Resolved<LambdaConfig>> = {
  className: 'Lambda',
  defaults: { function: REQUIRED },
  call: (scope, ...inputs) => scope.config.function(...inputs),
};

/**
 * A function as a layer. Keras's Lambda.
 * @example
 * layers.lambda({ function: (x) => ops.square(x) });
 */
export const lambda = factory<LambdaConfig, Unknown>(definition);
