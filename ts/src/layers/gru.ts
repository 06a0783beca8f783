import type { ActivationLike } from '../activations/index.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number } from '../core/values.js';
import { type Cell, type CellConfig, type CellKind, cellDefinition, cellFactory, gate, gateWeights, type SequenceConfig, sequenceDefinition, sequenceFactory, withCell } from './recurrent.js';

export interface GRUCellConfig extends CellConfig {
  /** Of the gates. Default 'sigmoid'. */
  readonly recurrentActivation?: ActivationLike;
  /** Whether the reset gate acts after the product with the state. Default true. */
  readonly resetAfter?: boolean;
}

type Weights = ReturnType<typeof gateWeights>;

/** Row of a bias of two rows. */
const row = (bias: Tensor, i: number): Tensor => ops.reshape(ops.slice(bias, { begin: [i, 0], size: [1, bias.shape[1] as number], stride: [1, 1] }), { shape: [bias.shape[1] as number] });
/** Columns from one gate to another. */
const columns = (x: Tensor, from: number, to: number, n: number): Tensor => {
  const width = (x.shape[1] as number) / n;
  return ops.slice(x, { begin: [0, from * width], size: [x.shape[0] as number, (to - from) * width], stride: [1, 1] });
};

const kind: CellKind<Cell<GRUCellConfig>, Weights> = {
  className: 'GRU',
  defaults: withCell({ recurrentActivation: 'sigmoid', resetAfter: true }),
  states: 1,
  weights: (scope, features) => gateWeights(scope, features, 3, scope.config.resetAfter ? [2, 3 * scope.config.units] : [3 * scope.config.units], scope.config.biasInitializer),
  whole({ config }, { recurrent, bias }) {
    const { activation, recurrentActivation, resetAfter } = config;
    return resetAfter ? { cell: 2, recurrent, bias: bias && row(bias, 1), activation, gateActivation: recurrentActivation } : null;
  },
  project(scope, x, { kernel, bias }) {
    const product = ops.matmul(x, kernel);
    return bias ? ops.add(product, scope.config.resetAfter ? row(bias, 0) : bias) : product;
  },
  step(scope, projected, [state], { recurrent, bias }) {
    const { activation, recurrentActivation, resetAfter } = scope.config;
    const h = state as Tensor;
    const open = (x: Tensor) => scope.activate(x, recurrentActivation);
    const part = (i: number) => gate(projected, i, 3);
    let update: Tensor;
    let candidate: Tensor;
    if (resetAfter) {
      const product = ops.matmul(h, recurrent);
      const inner = bias ? ops.add(product, row(bias, 1)) : product;
      update = open(ops.add(part(0), gate(inner, 0, 3)));
      const reset = open(ops.add(part(1), gate(inner, 1, 3)));
      candidate = scope.activate(ops.add(part(2), ops.mul(reset, gate(inner, 2, 3))), activation);
    } else {
      const inner = ops.matmul(h, columns(recurrent, 0, 2, 3));
      update = open(ops.add(part(0), gate(inner, 0, 2)));
      const reset = open(ops.add(part(1), gate(inner, 1, 2)));
      candidate = scope.activate(ops.add(part(2), ops.matmul(ops.mul(reset, h), columns(recurrent, 2, 3, 3))), activation);
    }
    return [ops.add(ops.mul(update, h), ops.mul(ops.sub(number(h, 1), update), candidate))];
  },
};

/**
 * Gated recurrent unit, gates in the order update, reset, candidate. [batch, steps, features] → [batch, units].
 * Weights: kernel [features, 3·units], recurrent_kernel [units, 3·units], bias [2, 3·units], or [3·units] without resetAfter. Keras's GRU (Cho and others 2014).
 * @example
 * sequential([layers.gru({ units: 16, inputShape: [10, 4] }), layers.dense({ units: 1 })]);
 */
export const gru = sequenceFactory<GRUCellConfig & SequenceConfig, 'gru'>(sequenceDefinition(kind) as never);
/** One step of gru: (x, h) → (h', h'). */
export const gruCell = cellFactory<GRUCellConfig>(cellDefinition(kind));
