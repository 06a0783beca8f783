import { ops } from '../core/ops.generated.js';
import type { Program } from '../core/program.js';
import type { Tensor } from '../core/tensor.js';
import { number, scale, shift } from '../core/values.js';

/** Keras's bound for probabilities. */
export const EPSILON = 1e-7;

export const last = (x: Tensor): number => x.shape.at(-1) as number;
export const meanOverLast = (x: Tensor): Tensor => ops.mean(x, { axes: [-1] });
export const sumOverLast = (x: Tensor): Tensor => ops.sum(x, { axes: [-1] });
export const clipped = (p: Tensor): Tensor => ops.clip(p, { min: EPSILON, max: 1 - EPSILON });

/** The logits, if a value is a softmax (or sigmoid) of them: a cross-entropy of logits is faster and doesn't lose digits. */
export function logitsOf(prediction: Tensor, op: 'softmax' | 'sigmoid', program: Program): Tensor | undefined {
  const made = program.producer(prediction);
  if (made?.op !== op) return undefined;
  if (op === 'softmax') {
    const axis = made.attrs[0] as number;
    if (axis !== -1 && axis !== prediction.shape.length - 1) return undefined;
  }
  return made.inputs[0];
}

/** log softmax of logits, or of probabilities after scaling them to a sum of 1. */
export function logProbabilities(prediction: Tensor, fromLogits: boolean): Tensor {
  if (fromLogits) return ops.logSoftmax(prediction);
  const total = ops.sum(prediction, { axes: [-1], keepDims: true });
  return ops.log(clipped(ops.div(prediction, total)));
}

/** Labels moved towards an even share. */
export function smooth(truth: Tensor, smoothing: number, share: number): Tensor {
  return smoothing === 0 ? truth : shift(scale(truth, 1 - smoothing), smoothing * share);
}

/** x where a condition holds, else 0. */
export const where = (condition: Tensor, x: Tensor): Tensor => ops.select(condition, x, number(x, 0));

/** x to a fixed power, x from 0 up. */
export function power(x: Tensor, exponent: number): Tensor {
  if (exponent === 1) return x;
  return exponent === 2 ? ops.square(x) : ops.pow(x, number(x, exponent));
}
