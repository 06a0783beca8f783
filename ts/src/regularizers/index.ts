// One entry per regularizer: a penalty on a weight that is added to the loss.
import { checkKeys, resolve } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { all, scale } from '../core/values.js';

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
};

/** Names of all regularizers. */
export type RegularizerName = keyof typeof regularizers;
/** A regularizer by name or made by its factory. */
export type RegularizerLike = RegularizerName | Regularizer;

export function regularizer(given: RegularizerLike): Regularizer {
  return resolve('regularizer', regularizers as Readonly<Record<string, () => Regularizer>>, given, (x) => typeof x.penalty === 'function');
}
