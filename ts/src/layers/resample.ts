// Matrices that carry an axis of n places to one of m: resizing and adaptive averages are products with them.
import { ops } from '../core/ops.generated.js';
import type { Tensor, Tracer } from '../core/tensor.js';
import { number, scale, shift } from '../core/values.js';

export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5';

const places = (tracer: Tracer, rows: number, columns: number, axis: number): Tensor => ops.iota(tracer, { shape: [rows, columns], dtype: 'float32', axis });

/** Keys's cubic with a = −1/2. */
function cubic(d: Tensor): Tensor {
  const inner = shift(ops.mul(ops.square(d), shift(scale(d, 1.5), -2.5)), 1);
  const outer = shift(ops.mul(d, shift(ops.mul(d, shift(scale(d, -0.5), 2.5)), -4)), 2);
  const zero = number(d, 0);
  return ops.select(ops.lessEqual(d, number(d, 1)), inner, ops.select(ops.less(d, number(d, 2)), outer, zero));
}

/** sinc(d)·sinc(d/radius). */
function lanczos(d: Tensor, radius: number): Tensor {
  const x = scale(ops.maximum(d, number(d, 1e-3)), Math.PI);
  const value = ops.div(scale(ops.mul(ops.sin(x), ops.sin(scale(x, 1 / radius))), radius), ops.square(x));
  const one = number(d, 1);
  return ops.select(ops.lessEqual(d, number(d, 1e-3)), one, ops.select(ops.less(d, number(d, radius)), value, number(d, 0)));
}

const KERNELS: Readonly<Record<Exclude<Interpolation, 'nearest'>, (distance: Tensor) => Tensor>> = {
  bilinear: (d) => ops.relu(shift(scale(d, -1), 1)),
  bicubic: cubic,
  lanczos3: (d) => lanczos(d, 3),
  lanczos5: (d) => lanczos(d, 5),
};

/** [m, n]: each new place from the old ones around it; weights are scaled to a sum of 1, also at the edges. */
export function resizing(tracer: Tracer, n: number, m: number, interpolation: Exclude<Interpolation, 'nearest'>): Tensor {
  const source = shift(scale(shift(places(tracer, m, n, 0), 0.5), n / m), -0.5);
  const weights = KERNELS[interpolation](ops.abs(ops.sub(source, places(tracer, m, n, 1))));
  return ops.div(weights, ops.sum(weights, { axes: [1], keepDims: true }));
}

/** Multiplies axis `axis` of a value by a matrix [m, n]. */
export function along(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const [m = 1, n = 1] = matrix.shape;
  const y = ops.matmul(matrix, ops.reshape(x, { shape: [before, n, after] }));
  return ops.reshape(y, { shape: [...x.shape.slice(0, axis), m, ...x.shape.slice(axis + 1)] });
}
