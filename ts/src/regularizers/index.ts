// One entry per regularizer: a penalty on a weight that is added to the loss.
import { ConfigError, checkKeys, resolve, show } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { all, number, scale } from '../core/values.js';

/** A penalty on a weight. */
export interface Regularizer {
  /** Its name in the registry. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, number | string>>;
  /** A scalar. */
  readonly penalty: (weight: Tensor) => Tensor;
}

const absolute = (w: Tensor, factor: number) => scale(ops.sum(ops.abs(w), all(w)), factor);
const squared = (w: Tensor, factor: number) => scale(ops.sum(ops.square(w), all(w)), factor);

/** The mean of |cosine| over the pairs of different rows, or columns, of a matrix. */
function overlap(w: Tensor, rows: boolean): Tensor {
  if (w.shape.length !== 2) throw new ConfigError(`orthogonalRegularizer: takes weights of two axes, received ${show(w.shape)}`, { received: w.shape });
  const axis = rows ? 1 : 0;
  const length = ops.sqrt(ops.maximum(ops.sum(ops.square(w), { axes: [axis], keepDims: true }), number(w, 1e-12)));
  const unit = ops.div(w, length);
  const vectors = rows ? unit : ops.transpose(unit, { perm: [1, 0] });
  const cosines = ops.abs(ops.matmul(vectors, ops.transpose(vectors, { perm: [1, 0] })));
  const count = vectors.shape[0] as number;
  const itself = ops.oneHot(ops.iota(w.tracer, { shape: [count], dtype: 'int32', axis: 0 }), { depth: count });
  const pairs = ops.mul(cosines, ops.sub(number(w, 1), itself));
  return scale(ops.sum(pairs, all(pairs)), 1 / Math.max(count * (count - 1), 1));
}

/** Factories of regularizers, with the defaults of Keras 3. */
export const regularizers = {
  /** l1·Σ|w|. Default factor 0.01. */
  l1(options: { l1?: number } = {}): Regularizer {
    checkKeys('l1', options, ['l1']);
    const config = { l1: 0.01, ...options };
    return { name: 'l1', config, penalty: (w) => absolute(w, config.l1) };
  },
  /** l2·Σw². Default factor 0.01. */
  l2(options: { l2?: number } = {}): Regularizer {
    checkKeys('l2', options, ['l2']);
    const config = { l2: 0.01, ...options };
    return { name: 'l2', config, penalty: (w) => squared(w, config.l2) };
  },
  /** l1·Σ|w| + l2·Σw². Default factors 0. */
  l1l2(options: { l1?: number; l2?: number } = {}): Regularizer {
    checkKeys('l1l2', options, ['l1', 'l2']);
    const config = { l1: 0, l2: 0, ...options };
    return { name: 'l1l2', config, penalty: (w) => ops.add(absolute(w, config.l1), squared(w, config.l2)) };
  },
  /**
   * How far the rows or columns of a matrix are from being orthogonal: factor·Σ|cosine| over the pairs of different rows,
   * divided by the number of pairs. Default factor 0.01, mode 'rows'. Keras's OrthogonalRegularizer.
   */
  orthogonalRegularizer(options: { factor?: number; mode?: 'rows' | 'columns' } = {}): Regularizer {
    checkKeys('orthogonalRegularizer', options, ['factor', 'mode']);
    const config = { factor: 0.01, mode: 'rows', ...options };
    if (config.mode !== 'rows' && config.mode !== 'columns')
      throw new ConfigError(`orthogonalRegularizer: mode must be 'rows' or 'columns', received '${String(config.mode)}'`, { received: config.mode });
    return { name: 'orthogonalRegularizer', config, penalty: (w) => scale(overlap(w, config.mode === 'rows'), config.factor) };
  },
};

/** Names of all regularizers. */
export type RegularizerName = keyof typeof regularizers;
/** A regularizer by name or made by its factory. */
export type RegularizerLike = RegularizerName | Regularizer;

export function regularizer(given: RegularizerLike): Regularizer {
  return resolve('regularizer', regularizers as Readonly<Record<string, () => Regularizer>>, given, (x) => typeof x.penalty === 'function');
}
