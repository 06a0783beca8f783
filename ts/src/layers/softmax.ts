import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { axesOf } from './normalize.js';
import type { Same } from './shapes.js';

export interface SoftmaxConfig extends LayerOptions {
  /** Not that of the batch. Default −1. */
  readonly axis?: number | readonly number[];
}

/** Added to logits of places that don't count. */
export const MASKED = -1e9;

/** Softmax over several axes: over all of their places as one axis. */
function softmaxOver(x: Tensor, axes: readonly number[]): Tensor {
  if (axes.length === 1) return ops.softmax(x, { axis: axes[0] as number });
  const order = [...x.shape.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes];
  const moved = ops.transpose(x, { perm: order });
  const rows = moved.shape.slice(0, -axes.length);
  const y = ops.reshape(ops.softmax(ops.reshape(moved, { shape: [...rows, -1] })), { shape: moved.shape });
  return ops.transpose(y, { perm: order.map((_, i) => order.indexOf(i)) });
}

const definition: LayerDefinition<Resolved<SoftmaxConfig>> = {
  className: 'Softmax',
  defaults: { axis: -1 },
  call(scope, x, mask) {
    const axes = axesOf(scope.config.axis, x.shape.length, scope.path);
    if (!mask) return softmaxOver(x, axes);
    const logits = ops.add(x, ops.mul(ops.sub(number(mask, 1), mask), number(mask, MASKED)));
    // Once more, for rows of which nothing counts.
    return ops.mul(softmaxOver(logits, axes), mask);
  },
};

/**
 * eˣ/Σ eˣ along an axis, or over several as if they were one; a second value of ones and zeros masks places, which become 0.
 * Keras's Softmax.
 * @example
 * sequential([layers.dense({ units: 3, inputShape: [4] }), layers.softmax()]);
 */
export const softmax = optional<SoftmaxConfig, Same>(definition);
