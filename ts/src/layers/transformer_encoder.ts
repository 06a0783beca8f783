import type { Tensor } from '../core/tensor.js';
import { factory } from './factory.js';
import type { LayerDefinition } from './layer.js';
import type { Same } from './shapes.js';
import { attended, BLOCK, checkBlock, fed, type TransformerConfig } from './transformer.js';

export interface TransformerEncoderConfig extends TransformerConfig {}

const definition: LayerDefinition<typeof BLOCK> = {
  className: 'TransformerEncoder',
  defaults: BLOCK,
  check: checkBlock,
  call: (scope, x, mask?: Tensor) => fed(scope, attended(scope, 'self_attention', x, { mask })),
};

/**
 * A block of a transformer in which each place sees all others: attention in several heads, then two dense layers on each place, each
 * with a sum, dropout and a normalisation. Takes [batch, places, width] and, if wanted, a mask [batch, queries, keys] of ones and zeros;
 * shape and mask pass. Weights of self_attention_layer, self_attention_layer_norm, feedforward_intermediate_dense,
 * feedforward_output_dense and feedforward_layer_norm. KerasHub's TransformerEncoder (Vaswani and others 2017).
 * @throws {ShapeError} if the heads don't divide the width.
 * @example
 * const x = input({ shape: [10, 16] });
 * layers.transformerEncoder({ intermediateDim: 32, numHeads: 4 }).apply(x); // [null, 10, 16]
 */
export const transformerEncoder = factory<TransformerEncoderConfig, Same>(definition);
