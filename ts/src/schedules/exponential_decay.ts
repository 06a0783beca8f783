import type { Schedule } from './schedule.js';

/** Options of `exponentialDecay` and `inverseTimeDecay`. */
export interface ExponentialDecayOptions {
  /** Rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps after which the decay is that of `decayRate`. */
  readonly decaySteps: number;
  /** How much the rate decays in `decaySteps`. */
  readonly decayRate: number;
  /** Whether the rate changes in steps. Default false. */
  readonly staircase?: boolean;
}

/** initial · rate^(step/decaySteps). Keras's ExponentialDecay. */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const config = { staircase: false, ...options };
  return { name: 'exponentialDecay', config, code: 3, args: [config.initialLearningRate, config.decaySteps, config.decayRate, Number(config.staircase)] };
}
