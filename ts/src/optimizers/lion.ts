import { defineOptimizer } from './optimizer.js';

/** Options of `lion`. */
export interface LionOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.99. */
  readonly beta2?: number;
}

/** Steps of one size in the direction of the momentum. Learning rate 0.001. Keras's Lion (Chen and others 2023). */
export const lion = defineOptimizer<LionOptions>({
  name: 'lion',
  code: 7,
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.99 },
  options: (c) => [c.beta1, c.beta2],
  slots: () => ['momentum'],
});
