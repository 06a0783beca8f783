import { defineOptimizer } from './optimizer.js';

/** Options of `ftrl`. */
export interface FtrlOptions {
  /** At most 0. Default −0.5. */
  readonly learningRatePower?: number;
  /** First value of the sums of squares. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Default 0. */
  readonly l1RegularizationStrength?: number;
  /** Default 0. */
  readonly l2RegularizationStrength?: number;
  /** Default 0. */
  readonly l2ShrinkageRegularizationStrength?: number;
  /** Default 0. */
  readonly beta?: number;
}

/** Follow the regularized leader: many weights become exactly 0. Learning rate 0.001. Keras's Ftrl (McMahan and others 2013). */
export const ftrl = defineOptimizer<FtrlOptions>({
  name: 'ftrl',
  code: 8,
  defaults: {
    learningRate: 0.001,
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
    l1RegularizationStrength: 0,
    l2RegularizationStrength: 0,
    l2ShrinkageRegularizationStrength: 0,
    beta: 0,
  },
  options: (c) => [c.learningRatePower, c.initialAccumulatorValue, c.l1RegularizationStrength, c.l2RegularizationStrength, c.l2ShrinkageRegularizationStrength, c.beta],
  slots: () => ['accumulator', 'linear'],
});
