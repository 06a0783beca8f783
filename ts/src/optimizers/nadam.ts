import { defineOptimizer } from './optimizer.js';

/** Options of `nadam`. */
export interface NadamOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Adam with Nesterov's momentum. Learning rate 0.001. Keras's Nadam (Dozat 2015). */
export const nadam = defineOptimizer<NadamOptions>({
  name: 'nadam',
  code: 6,
  defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  options: (c) => [c.beta1, c.beta2, c.epsilon],
  slots: () => ['momentum', 'velocity'],
});
