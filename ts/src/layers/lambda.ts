import type { Tensor } from '../core/tensor.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface LambdaConfig extends LayerOptions {
  /** Made of `ops`; traced and differentiated. Saved by its name. */
  readonly function: (...inputs: Tensor[]) => Tensor;
  /** The mask of the result, from the first input and its mask. Default null: the result has none. */
  readonly mask?: ((x: Tensor, mask: Tensor | undefined) => Tensor | undefined) | null;
}

const definition: LayerDefinition<Resolved<LambdaConfig>> = {
  className: 'Lambda',
  defaults: { function: REQUIRED, mask: null },
  mask: ({ mask }, scope, x) => (mask && x ? mask(x, scope.mask(x)) : undefined),
  call: (scope, ...inputs) => scope.config.function(...inputs),
};

/**
 * A function as a layer. A mask doesn't pass unless `mask` says so. Keras's Lambda.
 * @example
 * layers.lambda({ function: (x) => ops.square(x) });
 */
export const lambda = factory<LambdaConfig, Unknown>(definition);
