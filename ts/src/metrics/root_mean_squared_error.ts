import { ops } from '../core/ops.generated.js';
import { defineMean } from './metric.js';

/** Square root of the mean of squared errors. Keras's RootMeanSquaredError. */
export const rootMeanSquaredError = defineMean<Record<never, never>>('rootMeanSquaredError', 'down', 'values', {}, (truth, prediction) => ops.square(ops.sub(truth, prediction)), Math.sqrt);
