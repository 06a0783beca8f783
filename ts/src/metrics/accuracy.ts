import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { float, number } from '../core/values.js';
import { defineMean, type Metric, type MetricOptions, meanRatio } from './metric.js';

const best = (x: Tensor): Tensor => float(ops.argmax(x));

/** Share of predictions on the right side of the threshold. Keras's BinaryAccuracy. */
export const binaryAccuracy = defineMean<{ /** Default 0.5. */ readonly threshold?: number }>('binaryAccuracy', 'up', 'values', { threshold: 0.5 }, (truth, prediction, { threshold }) =>
  ops.mean(ops.equal(float(truth), ops.greater(prediction, number(prediction, threshold))), { axes: [-1] }),
);

/** Share of rows whose largest prediction is at the largest label. Keras's CategoricalAccuracy. */
export const categoricalAccuracy = defineMean<Record<never, never>>('categoricalAccuracy', 'up', 'values', {}, (truth, prediction) => ops.equal(best(truth), best(prediction)));

/** Share of rows whose largest prediction is at the class that the label names. Keras's SparseCategoricalAccuracy. */
export const sparseCategoricalAccuracy = defineMean<Record<never, never>>('sparseCategoricalAccuracy', 'up', 'classes', {}, (truth, prediction) => ops.equal(float(truth), best(prediction)));

/** Which accuracy fits, by the shapes alone, as Keras 3 decides. */
function fitting(truth: Tensor, prediction: Tensor): Metric {
  if (truth.shape.length < prediction.shape.length) return sparseCategoricalAccuracy();
  if (prediction.shape.at(-1) === 1) return binaryAccuracy();
  return categoricalAccuracy();
}

/** Accuracy: binary, categorical or sparse, by the shapes of labels and predictions. */
export function accuracy(options: MetricOptions = {}): Metric {
  return {
    name: options.name ?? 'accuracy',
    direction: 'up',
    labels: 'either',
    call: (truth, prediction, program, weights) => fitting(truth, prediction).call(truth, prediction, program, weights),
  };
}
export { meanRatio };
