import type { Schedule } from './schedule.js';

/** Options of `cosineDecayRestarts`. */
export interface CosineDecayRestartsOptions {
  readonly initialLearningRate: number;
  /** Steps of the first period. */
  readonly firstDecaySteps: number;
  /** How many times as long each period is as the one before. Default 2. */
  readonly tMul?: number;
  /** Rate at the start of each period as a share of that of the one before. Default 1. */
  readonly mMul?: number;
  /** Last rate of a period as a share of the first. Default 0. */
  readonly alpha?: number;
}

/** Half a cosine downwards, again and again. Keras's CosineDecayRestarts (Loshchilov and Hutter 2016). */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): Schedule {
  const config = { tMul: 2, mMul: 1, alpha: 0, ...options };
  return { name: 'cosineDecayRestarts', config, code: 6, args: [config.initialLearningRate, config.firstDecaySteps, config.tMul, config.mMul, config.alpha] };
}
