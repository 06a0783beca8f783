import { defineOptimizer } from './optimizer.js';

/** Options of `lamb`. */
export interface LambOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Added to the root. Default 1e-7. */
  readonly epsilon?: number;
}

/** Adam's step, scaled for each weight to the weight's own norm: for large batches. Learning rate 0.001. Keras's Lamb (You and others 2019). */
export const lamb = defineOptimizer<LambOptions>({
  name: 'lamb',
  code: 9,
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  options: (c) => [c.beta1, c.beta2, c.epsilon],
  slots: () => ['momentum', 'velocity'],
});
