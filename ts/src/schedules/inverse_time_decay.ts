import type { ExponentialDecayOptions } from './exponential_decay.js';
import type { Schedule } from './schedule.js';

/** initial/(1 + rate · step/decaySteps). Keras's InverseTimeDecay. */
export function inverseTimeDecay(options: ExponentialDecayOptions): Schedule {
  const config = { staircase: false, ...options };
  return { name: 'inverseTimeDecay', config, code: 4, args: [config.initialLearningRate, config.decaySteps, config.decayRate, Number(config.staircase)] };
}
