// Small helpers on traced values that several rooms need.
import { ShapeError, show } from './errors.js';
import { ops } from './ops.generated.js';
import type { Tensor } from './tensor.js';

/** A number as a scalar beside another value. */
export function number(beside: Tensor, value: number): Tensor {
  return ops.constant(beside.tracer, { shape: [], dtype: 'float32', value });
}
export function scale(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : ops.mul(x, number(x, factor));
}
export function shift(x: Tensor, by: number): Tensor {
  return ops.add(x, number(x, by));
}
/** Every axis: what makes a reduction a scalar. */
export function all(x: Tensor): { axes: readonly number[] } {
  return { axes: x.shape.map((_, i) => i) };
}
/** Every axis but the first. */
export function perRow(x: Tensor): { axes: readonly number[] } {
  return { axes: x.shape.slice(1).map((_, i) => i + 1) };
}
/** Weights of rows, or of rows and places, beside values of shape [batch, …]. */
export function perPlace(weights: Tensor, values: Tensor): Tensor {
  if (values.shape.length === 0) return weights;
  const missing = values.shape.length - weights.shape.length;
  if (missing > 0) return ops.reshape(weights, { shape: [...weights.shape, ...new Array<number>(missing).fill(1)] });
  if (size(weights.shape) === size(values.shape)) return ops.reshape(weights, { shape: values.shape });
  throw new ShapeError(
    `sampleWeight: weights of shape ${show([null, ...weights.shape.slice(1)])} don't fit losses of shape ${show([null, ...values.shape.slice(1)])}: give one per row, or one per place`,
    {
      expected: values.shape,
      received: weights.shape,
    },
  );
}
export function float(x: Tensor): Tensor {
  return x.dtype === 'float32' ? x : ops.cast(x, { dtype: 'float32' });
}
export function int(x: Tensor): Tensor {
  return x.dtype === 'int32' ? x : ops.cast(x, { dtype: 'int32' });
}
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
