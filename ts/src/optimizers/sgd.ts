import { defineOptimizer } from './optimizer.js';

/** Options of `sgd`. */
export interface SgdOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
}

/** Gradient descent with momentum: m = μm − lr·g, w += m. Learning rate 0.01. Keras's SGD. */
export const sgd = defineOptimizer<SgdOptions>({
  name: 'sgd',
  code: 0,
  defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
  options: (c) => [c.momentum, Number(c.nesterov)],
  slots: (c) => (c.momentum === 0 ? [] : ['momentum']),
});
