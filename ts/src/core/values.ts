// Small helpers on traced values that several rooms need.
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
export function float(x: Tensor): Tensor {
  return x.dtype === 'float32' ? x : ops.cast(x, { dtype: 'float32' });
}
export function int(x: Tensor): Tensor {
  return x.dtype === 'int32' ? x : ops.cast(x, { dtype: 'int32' });
}
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
