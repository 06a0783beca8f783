import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { float, number, scale, shift } from '../core/values.js';
import { defineLoss } from './loss.js';

/** Stands for the logarithm of 0, and leaves room for sums. */
const NOTHING = -1e30;

/** Values side by side: a0, b0, a1, b1 …, along axis 1. */
function interleaved(a: Tensor, b: Tensor): Tensor {
  const [batch = 1, length = 1, ...rest] = a.shape;
  const parts = [a, b].map((x) => ops.reshape(x, { shape: [batch, length, 1, ...rest] }));
  return ops.reshape(ops.concat(parts, { axis: 2 }), { shape: [batch, 2 * length, ...rest] });
}

/** x one or more places later along axis 1, and nothing before. */
function later(x: Tensor, by: number): Tensor {
  const [batch = 1, length = 1] = x.shape;
  const kept = ops.slice(x, { begin: [0, 0], size: [batch, length - by], stride: [1, 1] });
  return ops.pad(kept, { before: [0, by], after: [0, 0], value: NOTHING });
}

/** ln Σ eˣ of values place by place. */
function logSum(values: readonly Tensor[]): Tensor {
  const top = ops.stopGradient(values.reduce((a, b) => ops.maximum(a, b)));
  return ops.add(top, ops.log(values.map((v) => ops.exp(ops.sub(v, top))).reduce((a, b) => ops.add(a, b))));
}

/** The element of each row at an index, where `inside` is 1. */
function at(x: Tensor, index: Tensor, inside: Tensor): Tensor {
  const place = ops.oneHot(ops.cast(index, { dtype: 'int32' }), { depth: x.shape[1] as number });
  return ops.select(inside, ops.sum(ops.mul(x, place), { axes: [1] }), number(x, NOTHING));
}

/**
 * How unlikely a sequence of labels [batch, labels] is under logits [batch, steps, classes], over all ways to place it among the
 * steps (Graves and others 2006). Class 0 is the blank, and fills up labels that are shorter than others. Keras's CTC.
 */
export const ctc = defineLoss<Record<never, never>>('ctc', {}, 'sequences', (labels, prediction) => {
  const [batch = 1, steps = 1, classes = 1] = prediction.shape;
  const length = labels.shape[1] as number;
  const label = float(labels);
  const counts = ops.sum(ops.notEqual(label, number(label, 0)), { axes: [1] });
  // States are the labels with a blank before, between and behind them.
  const blank = ops.oneHot(ops.constant(prediction.tracer, { shape: [batch, length], dtype: 'int32', value: 0 }), { depth: classes });
  const states = ops.concat([interleaved(blank, ops.oneHot(labels, { depth: classes })), ops.slice(blank, { begin: [0, 0, 0], size: [batch, 1, classes], stride: [1, 1, 1] })], { axis: 1 });
  const emitted = ops.matmul(ops.logSoftmax(prediction), states, { transposeB: true });
  const width = 2 * length + 1;
  const step = (t: number) => ops.reshape(ops.slice(emitted, { begin: [0, t, 0], size: [batch, 1, width], stride: [1, 1, 1] }), { shape: [batch, width] });
  // The blank between two labels may be left out where they differ.
  const differs = ops.pad(
    ops.notEqual(ops.slice(label, { begin: [0, 1], size: [batch, length - 1], stride: [1, 1] }), ops.slice(label, { begin: [0, 0], size: [batch, length - 1], stride: [1, 1] })),
    {
      before: [0, 1],
      after: [0, 0],
    },
  );
  const skips = ops.pad(interleaved(ops.mul(differs, number(differs, 0)), differs), { before: [0, 0], after: [0, 1] });
  const closed = scale(shift(skips, -1), -NOTHING);
  const place = ops.iota(prediction.tracer, { shape: [batch, width], dtype: 'float32', axis: 1 });
  let ways = ops.select(ops.less(place, number(place, 2)), step(0), number(place, NOTHING));
  for (let t = 1; t < steps; t++) ways = ops.add(step(t), logSum([ways, later(ways, 1), ops.add(later(ways, 2), closed)]));
  const last = scale(counts, 2);
  return ops.neg(logSum([at(ways, last, number(last, 1)), at(ways, shift(last, -1), counts)]));
});
