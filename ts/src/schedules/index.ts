// The registry of schedules: one file each, one line each.
import { cosineDecay } from './cosine_decay.js';
import { cosineDecayRestarts } from './cosine_decay_restarts.js';
import { exponentialDecay } from './exponential_decay.js';
import { inverseTimeDecay } from './inverse_time_decay.js';
import { piecewiseConstantDecay } from './piecewise_constant_decay.js';
import { polynomialDecay } from './polynomial_decay.js';

/** Learning rate schedules by their names. */
export const schedules = { cosineDecay, cosineDecayRestarts, exponentialDecay, inverseTimeDecay, piecewiseConstantDecay, polynomialDecay };
export type { Schedule } from './schedule.js';
