// The registry of metrics: one file each, one line each; losses are metrics too.
import { resolve } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { type Loss, type LossOptions, losses } from '../losses/index.js';
import { accuracy, binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy } from './accuracy.js';
import { type Metric, type MetricOptions, meanRatio } from './metric.js';
import { rootMeanSquaredError } from './root_mean_squared_error.js';

/** A loss as a metric: the mean over everything. */
export function lossMetric(loss: Loss, name: string): Metric {
  return { name, direction: 'down', labels: loss.labels, call: (truth, prediction, program, weights) => meanRatio(loss.call(truth, prediction, program), weights) };
}

type LossMetrics = { readonly [K in keyof typeof losses]: (options?: Parameters<(typeof losses)[K]>[0]) => Metric };
const fromLosses = Object.fromEntries(
  Object.entries(losses).map(([name, make]) => [name, (options?: LossOptions) => lossMetric((make as (o?: LossOptions) => Loss)(options), options?.name ?? name)]),
) as unknown as LossMetrics;

/** Metrics by their names. */
export const metrics = {
  ...fromLosses,
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  rootMeanSquaredError,
};

const ALIASES = { acc: 'accuracy', mse: 'meanSquaredError', mae: 'meanAbsoluteError', bce: 'binaryCrossentropy', rmse: 'rootMeanSquaredError' } as const satisfies Record<string, keyof typeof metrics>;

/** Names of all metrics, and their short names. */
export type MetricName = keyof typeof metrics | keyof typeof ALIASES;
/** A metric by name, made by its factory, or a function of labels and predictions that answers a value per row. */
export type MetricLike = MetricName | Metric | ((truth: Tensor, prediction: Tensor) => Tensor);

export function metric(given: MetricLike): Metric {
  if (typeof given === 'function') {
    return { name: given.name || 'custom', direction: 'down', labels: 'either', call: (truth, prediction, _, weights) => meanRatio(given(truth, prediction), weights) };
  }
  const all: Record<string, (options?: MetricOptions) => Metric> = { ...metrics };
  for (const [alias, name] of Object.entries(ALIASES)) all[alias] = metrics[name];
  const made = resolve('metric', all, given, (x) => typeof x.call === 'function');
  return typeof given === 'string' ? { ...made, name: given } : made;
}
export type { Metric, MetricOptions } from './metric.js';
