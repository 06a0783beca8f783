import { ops } from '../core/ops.generated.js';
import type { Program } from '../core/program.js';
import type { Tensor } from '../core/tensor.js';
import { all, number, perPlace, scale, size } from '../core/values.js';
import type { Labels } from '../losses/loss.js';

/** Two scalars of a batch; the metric is the sum of the first over the sum of the second, over all batches. */
export interface Ratio {
  /** Added up. */
  readonly numerator: Tensor;
  /** Added up, and divided by at the end. */
  readonly denominator: Tensor;
}

/** A metric: measured over a whole epoch, never averaged over batches of different sizes. */
export interface Metric {
  /** Key in results and the history. */
  readonly name: string;
  /** Whether more is better. */
  readonly direction: 'up' | 'down';
  /** How it wants the labels, or as the loss has them. */
  readonly labels: Labels | 'either';
  /** Two scalars of a batch, from labels and predictions. */
  readonly call: (truth: Tensor, prediction: Tensor, program: Program, weights?: Tensor) => Ratio;
  /** Applied to the ratio at the end. */
  readonly finish?: (ratio: number) => number;
}

/** Options of every metric. */
export interface MetricOptions {
  /** Key in the history. Default: the metric's own name. */
  readonly name?: string;
}

/** Mean of values of shape [batch, …]: over all places, weighted if there are weights. */
export function meanRatio(values: Tensor, weights?: Tensor): Ratio {
  if (!weights) return { numerator: ops.sum(values, all(values)), denominator: number(values, size(values.shape)) };
  const factors = perPlace(weights, values);
  const weighted = ops.mul(values, factors);
  return { numerator: ops.sum(weighted, all(weighted)), denominator: scale(ops.sum(factors, all(factors)), size(weighted.shape) / size(factors.shape)) };
}

/** Makes the factory of a metric that is the mean of a value per row. */
export function defineMean<C extends object>(
  name: string,
  direction: 'up' | 'down',
  labels: Metric['labels'],
  defaults: Required<C>,
  values: (truth: Tensor, prediction: Tensor, config: Required<C>, program: Program) => Tensor,
  finish?: (ratio: number) => number,
): (config?: C & MetricOptions) => Metric {
  return (config = {} as C & MetricOptions) => {
    const full = { ...defaults, ...config } as Required<C>;
    const call: Metric['call'] = (truth, prediction, program, weights) => meanRatio(values(truth, prediction, full, program), weights);
    return { name: config.name ?? name, direction, labels, call, ...(finish && { finish }) };
  };
}
