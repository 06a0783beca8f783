import type { Schedule } from './schedule.js';

export interface ExponentialDecayOptions {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Whether the rate changes in steps. Default false. */
  readonly staircase?: boolean;
}

/** initial · rate^(step/decaySteps). Keras's ExponentialDecay. */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const config = { staircase: false, ...options };
  return { name: 'exponentialDecay', config, code: 3, args: [config.initialLearningRate, config.decaySteps, config.decayRate, Number(config.staircase)] };
}
