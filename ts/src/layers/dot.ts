import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number } from '../core/values.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface DotConfig extends LayerOptions {
  /** Axis that is summed over, or one for each side. */
  readonly axes: number | readonly [number, number];
  /** Whether vectors are scaled to length 1 first: the cosine. Default false. */
  readonly normalize?: boolean;
}

/** The summed axis moved to the end, all others but the batch made one. */
function rows(x: Tensor, axis: number): Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
  const last = ops.transpose(x, { perm: [0, ...others, axis] });
  return ops.reshape(last, { shape: [x.shape[0] as number, others.reduce((n, i) => n * (x.shape[i] as number), 1), x.shape[axis] as number] });
}

const definition: LayerDefinition<Resolved<DotConfig>> = {
  className: 'Dot',
  defaults: { axes: REQUIRED, normalize: false },
  mask: null,
  call(scope, a, b) {
    if (!a || !b) throw new ConfigError(`${scope.path}: takes two values`, { layer: scope.path });
    const { axes, normalize } = scope.config;
    const [left, right] = typeof axes === 'number' ? [axes, axes] : axes;
    const at = (axis: number, x: Tensor) => (axis < 0 ? axis + x.shape.length : axis);
    const unit = (x: Tensor) => (normalize ? ops.mul(x, ops.rsqrt(ops.maximum(ops.sum(ops.square(x), { axes: [-1], keepDims: true }), number(x, 1e-12)))) : x);
    const [i, j] = [at(left, a), at(right, b)];
    const product = ops.matmul(unit(rows(a, i)), unit(rows(b, j)), { transposeB: true });
    const rest = (x: Tensor, axis: number) => x.shape.filter((_, k) => k !== 0 && k !== axis);
    const shape = [...rest(a, i), ...rest(b, j)];
    return ops.reshape(product, { shape: [a.shape[0] as number, ...(shape.length ? shape : [1])] });
  },
};

/**
 * Products summed over an axis of two values. Keras's Dot.
 * @example
 * const [a, b] = [input({ shape: [4] }), input({ shape: [4] })];
 * layers.dot({ axes: 1 }).apply(a, b); // [null, 1]
 */
export const dot = factory<DotConfig, Unknown>(definition);
