// Matrices that carry an axis of n places to one of m: resizing and adaptive averages are products with them.
import { ops } from '../core/ops.generated.js';
import type { Tensor, Tracer } from '../core/tensor.js';
import { number, scale, shift } from '../core/values.js';

export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5';
export const INTERPOLATIONS: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'];

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
export function resizing(tracer: Tracer, n: number, m: number, interpolation: Interpolation, antialias = false): Tensor {
  if (interpolation === 'nearest') return nearest(tracer, n, m);
  const source = shift(scale(shift(places(tracer, m, n, 0), 0.5), n / m), -0.5);
  const distance = ops.abs(ops.sub(source, places(tracer, m, n, 1)));
  const weights = KERNELS[interpolation](antialias ? scale(distance, Math.min(m / n, 1)) : distance);
  return ops.div(weights, ops.sum(weights, { axes: [1], keepDims: true }));
}

/** [m, n]: the old place under the middle of each new one. Whole numbers are divided, so that no rounding moves a place. */
function nearest(tracer: Tracer, n: number, m: number): Tensor {
  const middles = shift(scale(ops.iota(tracer, { shape: [m], dtype: 'float32', axis: 0 }), 2 * n), n);
  return ops.oneHot(ops.cast(ops.floor(ops.div(middles, number(middles, 2 * m))), { dtype: 'int32' }), { depth: n });
}

/** Multiplies axis `axis` of a value by a matrix [m, n]. */
export function along(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const before = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const [m = 1, n = 1] = matrix.shape;
  const y = ops.matmul(matrix, ops.reshape(x, { shape: [before, n, after] }));
  return ops.reshape(y, { shape: [...x.shape.slice(0, axis), m, ...x.shape.slice(axis + 1)] });
}

interface Resize {
  /** Rows and columns of the result. */
  readonly size: readonly [number, number];
  readonly interpolation: Interpolation;
  readonly antialias?: boolean;
  readonly cropToAspectRatio?: boolean;
  readonly padToAspectRatio?: boolean;
  readonly fillValue?: number;
}

/** Images [batch, rows, columns, channels] in another size. */
export function resized(images: Tensor, { size: [height, width], interpolation, antialias = false, cropToAspectRatio, padToAspectRatio, fillValue = 0 }: Resize): Tensor {
  const [batch = 1, rows = 1, columns = 1, channels = 1] = images.shape;
  // Rows that fit the columns, and the other way.
  const fitting = [Math.trunc((columns * height) / width), Math.trunc((rows * width) / height)] as const;
  let y = images;
  if (cropToAspectRatio) {
    const [h, w] = [Math.max(Math.min(rows, fitting[0]), 1), Math.max(Math.min(columns, fitting[1]), 1)];
    y = ops.slice(y, { begin: [0, Math.floor((rows - h) / 2), Math.floor((columns - w) / 2), 0], size: [batch, h, w, channels], stride: [1, 1, 1, 1] });
  }
  if (padToAspectRatio) {
    // As Keras: as much on both sides, even where that is one place too few.
    const border = [0, Math.max(Math.floor((fitting[0] - rows) / 2), 0), Math.max(Math.floor((fitting[1] - columns) / 2), 0), 0];
    y = ops.pad(y, { before: border, after: border, value: fillValue });
  }
  return [height, width].reduce((z, m, i) => {
    const n = z.shape[i + 1] as number;
    return n === m ? z : along(z, i + 1, resizing(z.tracer, n, m, interpolation, antialias));
  }, y);
}
