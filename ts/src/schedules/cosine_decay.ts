import type { Schedule } from './schedule.js';

/** Options of `cosineDecay`. */
export interface CosineDecayOptions {
  /** Rate of the first step. */
  readonly initialLearningRate: number;
  /** Steps of the decay, after the warm-up. */
  readonly decaySteps: number;
  /** Last rate as a share of the first. Default 0. */
  readonly alpha?: number;
  /** Rate at the end of a linear warm-up; null: no warm-up. Default null. */
  readonly warmupTarget?: number | null;
  /** Default 0. */
  readonly warmupSteps?: number;
}

/** Half a cosine downwards, after an optional linear warm-up. Keras's CosineDecay (Loshchilov and Hutter 2016). */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const config = { alpha: 0, warmupTarget: null, warmupSteps: 0, ...options };
  return { name: 'cosineDecay', config, code: 1, args: [config.initialLearningRate, config.decaySteps, config.alpha, config.warmupTarget ?? Number.NaN, config.warmupSteps] };
}
