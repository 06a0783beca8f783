import type { Tensor } from '../core/tensor.js';
import { factory, type Resolved } from './factory.js';
import type { LayerDefinition } from './layer.js';
import type { Same } from './shapes.js';
import { attended, BLOCK, checkBlock, fed, type TransformerConfig } from './transformer.js';

export interface TransformerDecoderConfig extends TransformerConfig {
  /** Whether a place of the decoder's sequence sees only itself and those before. Default true. */
  readonly useCausalMask?: boolean;
}

/* @__NO_SIDE_EFFECTS__ */
const withCausal = (): Resolved<TransformerDecoderConfig> => ({ ...BLOCK, useCausalMask: true });

const definition: LayerDefinition<Resolved<TransformerDecoderConfig>> = {
  className: 'TransformerDecoder',
  defaults: withCausal(),
  check: checkBlock,
  call(scope, x, encoded?: Tensor) {
    const { useCausalMask } = scope.config;
    const own = attended(scope, 'self_attention', x, { useCausalMask });
    return fed(scope, encoded ? attended(scope, 'cross_attention', own, { values: encoded }) : own);
  },
};

/**
 * A block of a transformer in which each place sees those before: attention in several heads, then, if the encoder's sequence is given,
 * attention to that, then two dense layers on each place, each with a sum, dropout and a normalisation. Takes [batch, places, width] and,
 * if wanted, [batch, places', width'] of the encoder; shape and mask of the first pass. Weights of self_attention_layer,
 * self_attention_layer_norm, cross_attention_layer, cross_attention_layer_norm, feedforward_intermediate_dense,
 * feedforward_output_dense and feedforward_layer_norm. KerasHub's TransformerDecoder (Vaswani and others 2017).
 * @throws {ShapeError} if the heads don't divide the width.
 * @example
 * const [x, encoded] = [input({ shape: [10, 16] }), input({ shape: [12, 16] })];
 * layers.transformerDecoder({ intermediateDim: 32, numHeads: 4 }).apply(x, encoded); // [null, 10, 16]
 */
export const transformerDecoder = factory<TransformerDecoderConfig, Same>(definition);
