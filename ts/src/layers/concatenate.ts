import { ops } from '../core/ops.generated.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { anyMask } from './merge.js';
import type { Unknown } from './shapes.js';

export interface ConcatenateConfig extends LayerOptions {
  /** Default −1. */
  readonly axis?: number;
}

const definition: LayerDefinition<Resolved<ConcatenateConfig>> = {
  className: 'Concatenate',
  defaults: { axis: -1 },
  mask: anyMask as never,
  call: (scope, ...inputs) => ops.concat(inputs, { axis: scope.config.axis }),
};

/**
 * Values side by side along an axis. Keras's Concatenate.
 * @example
 * const [a, b] = [input({ shape: [2] }), input({ shape: [3] })];
 * layers.concatenate().apply(a, b); // [null, 5]
 */
export const concatenate = optional<ConcatenateConfig, Unknown>(definition);
