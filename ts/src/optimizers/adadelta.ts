import { defineOptimizer } from './optimizer.js';

/** Options of `adadelta`. */
export interface AdadeltaOptions {
  /** Default 0.95. */
  readonly rho?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** Steps as large as recent steps were, for gradients as large as recent gradients. Learning rate 0.001. Keras's Adadelta (Zeiler 2012). */
export const adadelta = defineOptimizer<AdadeltaOptions>({
  name: 'adadelta',
  code: 4,
  defaults: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  options: (c) => [c.rho, c.epsilon],
  slots: () => ['accumulatedGradient', 'accumulatedDelta'],
});
