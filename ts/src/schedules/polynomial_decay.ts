import type { Schedule } from './schedule.js';

/** Options of `polynomialDecay`. */
export interface PolynomialDecayOptions {
  /** Rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps until the end rate. */
  readonly decaySteps: number;
  /** Default 1e-4. */
  readonly endLearningRate?: number;
  /** Default 1. */
  readonly power?: number;
  /** Whether the decay starts again, longer each time. Default false. */
  readonly cycle?: boolean;
}

/** From the initial to the end rate along (1 − step/decaySteps)^power. Keras's PolynomialDecay. */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const config = { endLearningRate: 1e-4, power: 1, cycle: false, ...options };
  return { name: 'polynomialDecay', config, code: 5, args: [config.initialLearningRate, config.decaySteps, config.endLearningRate, config.power, Number(config.cycle)] };
}
