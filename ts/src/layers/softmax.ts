import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface SoftmaxConfig extends LayerOptions {
  /** Default −1. */
  readonly axis?: number;
}

/** Added to logits of places that don't count. */
export const MASKED = -1e9;

const definition: LayerDefinition<Resolved<SoftmaxConfig>> = {
  className: 'Softmax',
  defaults: { axis: -1 },
  call(scope, x, mask) {
    const logits = mask ? ops.add(x, ops.mul(ops.sub(number(mask, 1), mask), number(mask, MASKED))) : x;
    return ops.softmax(logits, { axis: scope.config.axis });
  },
};

/** eˣ/Σ eˣ along an axis; a second value of ones and zeros masks places. Keras's Softmax. */
export const softmax = optional<SoftmaxConfig, Same>(definition);
