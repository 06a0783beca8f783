// The registry of optimizers.
import { lookUp } from '../core/errors.js';
import { adam, adamW } from './adam.js';
import type { Optimizer } from './optimizer.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

/** Optimizers by their names. */
export const optimizers = { adam, adamW, rmsprop, sgd };

/** Names of all optimizers. */
export type OptimizerName = keyof typeof optimizers;
/** An optimizer by name or made by its factory. */
export type OptimizerLike = OptimizerName | Optimizer;

export function optimizer(given: OptimizerLike): Optimizer {
  return typeof given === 'string' ? lookUp('optimizer', optimizers, given)() : given;
}
export type { Optimizer, OptimizerOptions } from './optimizer.js';
