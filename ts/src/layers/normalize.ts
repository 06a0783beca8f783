// What normalising layers share.
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { shift } from '../core/values.js';
import type { Scope } from './layer.js';
import { type AffineOptions, optionsOf } from './weight_options.js';

/** Axes counted from the front. */
export function axesOf(axis: number | readonly number[], rank: number, name: string): readonly number[] {
  return (typeof axis === 'number' ? [axis] : axis).map((a) => {
    const index = a < 0 ? a + rank : a;
    if (!Number.isInteger(index) || index < 1 || index >= rank) throw new ConfigError(`${name}: axis ${a} is none of the ${rank - 1} axes after the batch`, { layer: name, received: a });
    return index;
  });
}

/** A weight over some axes, shaped to broadcast against a value. */
export function alongside(weight: Tensor, axes: readonly number[], x: Tensor): Tensor {
  const shape = x.shape.map((d, i) => (axes.includes(i) ? d : 1));
  return shape.length === weight.shape.length && shape.every((d, i) => weight.shape[i] === d) ? weight : ops.reshape(weight, { shape });
}

/**
 * (x − mean)/√(variance + ε)·gamma + beta over axes; without `centered` around zero. Gamma and beta have the shape of the axes.
 */
export function normalized(x: Tensor, axes: readonly number[], epsilon: number, { gamma, beta, centered = true }: { gamma?: Tensor | null; beta?: Tensor | null; centered?: boolean } = {}): Tensor {
  const order = [...x.shape.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes];
  const sorted = order.every((axis, i) => axis === i);
  const front = sorted ? x : ops.transpose(x, { perm: order });
  const n = axes.reduce((size, axis) => size * (x.shape[axis] as number), 1);
  const weight = (given: Tensor | null | undefined, value: number) => (given ? ops.reshape(given, { shape: [n] }) : ops.constant(x.tracer, { shape: [n], dtype: 'float32', value }));
  const rows = ops.reshape(front, { shape: [...front.shape.slice(0, x.shape.length - axes.length), n] });
  const y = ops.reshape(ops.layerNorm(rows, weight(gamma, 1), weight(beta, 0), { epsilon, centered }), { shape: front.shape });
  return sorted ? y : ops.transpose(y, { perm: order.map((_, i) => order.indexOf(i)) });
}

/** Declares gamma and beta over some axes of x, as the options want them; answers what applies them. */
export function affine(scope: Scope<Required<AffineOptions>>, axes: readonly number[], x: Tensor): (y: Tensor) => Tensor {
  const c = scope.config;
  const shape = axes.map((a) => x.shape[a] as number);
  const gamma = c.scale ? alongside(scope.weight('gamma', shape, optionsOf(c, 'gamma')), axes, x) : null;
  const beta = c.center ? alongside(scope.weight('beta', shape, optionsOf(c, 'beta')), axes, x) : null;
  return (y) => {
    const scaled = gamma ? ops.mul(y, gamma) : y;
    return beta ? ops.add(scaled, beta) : scaled;
  };
}

/** Mean and biased variance over axes, kept as axes of 1. */
export function moments(x: Tensor, axes: readonly number[]): { mean: Tensor; variance: Tensor; centered: Tensor } {
  const mean = ops.mean(x, { axes, keepDims: true });
  const centered = ops.sub(x, mean);
  return { mean, centered, variance: ops.mean(ops.square(centered), { axes, keepDims: true }) };
}

/** x/√(variance + ε). */
export function divided(x: Tensor, variance: Tensor, epsilon: number): Tensor {
  return ops.mul(x, ops.rsqrt(shift(variance, epsilon)));
}
