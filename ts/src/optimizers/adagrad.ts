import { defineOptimizer } from './optimizer.js';

/** Options of `adagrad`. */
export interface AdagradOptions {
  /** First value of the sums of squares. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Steps divided by the root of the sum of all squares. Learning rate 0.001. Keras's Adagrad (Duchi and others 2011). */
export const adagrad = defineOptimizer<AdagradOptions>({
  name: 'adagrad',
  code: 3,
  defaults: { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  options: (c) => [c.initialAccumulatorValue, c.epsilon],
  slots: () => ['accumulator'],
});
