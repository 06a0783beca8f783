// The registry of optimizers.
import { resolve } from '../core/errors.js';
import { adadelta } from './adadelta.js';
import { adagrad } from './adagrad.js';
import { adam, adamW } from './adam.js';
import { adamax } from './adamax.js';
import { ftrl } from './ftrl.js';
import { lamb } from './lamb.js';
import { lion } from './lion.js';
import { nadam } from './nadam.js';
import type { Optimizer } from './optimizer.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

/** Optimizers by their names. */
export const optimizers = { adadelta, adagrad, adam, adamW, adamax, ftrl, lamb, lion, nadam, rmsprop, sgd };

/** Names of all optimizers. */
export type OptimizerName = keyof typeof optimizers;
/** An optimizer by name or made by its factory. */
export type OptimizerLike = OptimizerName | Optimizer;

export function optimizer(given: OptimizerLike): Optimizer {
  return resolve('optimizer', optimizers as Readonly<Record<string, () => Optimizer>>, given, (x) => typeof x.settings === 'function');
}
export type { Optimizer, OptimizerOptions } from './optimizer.js';
