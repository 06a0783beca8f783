import { defineOptimizer } from './optimizer.js';

/** Options of `adamax`. */
export interface AdamaxOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adam with the largest gradient, which fades, as second moment. Learning rate 0.001. Keras's Adamax (Kingma and Ba 2014). */
export const adamax = defineOptimizer<AdamaxOptions>({
  name: 'adamax',
  code: 5,
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  options: (c) => [c.beta1, c.beta2, c.epsilon],
  slots: () => ['momentum', 'norm'],
});
