import { defineOptimizer } from './optimizer.js';

/** Options of `rmsprop`. */
export interface RmspropOptions {
  /** Default 0.9. */
  readonly rho?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
  /** Whether the mean gradient is subtracted. Default false. */
  readonly centered?: boolean;
}

/** Steps divided by a running root mean square of gradients. Learning rate 0.001. Keras's RMSprop (Hinton 2012). */
export const rmsprop = defineOptimizer<RmspropOptions>({
  name: 'rmsprop',
  code: 1,
  defaults: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  options: (c) => [c.rho, c.momentum, c.epsilon, Number(c.centered)],
  slots: (c) => ['velocity', ...(c.momentum > 0 ? ['momentum'] : []), ...(c.centered ? ['averageGradient'] : [])],
});
