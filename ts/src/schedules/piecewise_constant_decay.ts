import { ConfigError } from '../core/errors.js';
import type { Schedule } from './schedule.js';

/** Options of `piecewiseConstantDecay`. */
export interface PiecewiseConstantDecayOptions {
  /** Steps at which the rate changes, ascending; a step equal to a boundary belongs to the earlier rate. */
  readonly boundaries: readonly number[];
  /** One more than boundaries. */
  readonly values: readonly number[];
}

/** A rate per stretch of steps. Keras's PiecewiseConstantDecay. */
export function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): Schedule {
  const { boundaries, values } = options;
  if (values.length !== boundaries.length + 1) {
    throw new ConfigError(`piecewiseConstantDecay: ${boundaries.length} boundaries need ${boundaries.length + 1} values, received ${values.length}`, {
      expected: boundaries.length + 1,
      received: values.length,
    });
  }
  return { name: 'piecewiseConstantDecay', config: { ...options }, code: 2, args: [...boundaries, ...values] };
}
