import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { type Cell, type CellConfig, type CellKind, cellDefinition, cellFactory, gateWeights, type SequenceConfig, sequenceDefinition, sequenceFactory, withCell } from './recurrent.js';

type Weights = ReturnType<typeof gateWeights>;

const kind: CellKind<Cell<CellConfig>, Weights> = {
  className: 'SimpleRNN',
  defaults: withCell({}),
  states: 1,
  weights: (scope, features) => gateWeights(scope, features, 1, [scope.config.units], scope.config.biasInitializer),
  whole: ({ config }, { recurrent }) => ({ cell: 0, recurrent, activation: config.activation }),
  project: (_, x, { kernel, bias }) => (bias ? ops.add(ops.matmul(x, kernel), bias) : ops.matmul(x, kernel)),
  step: (scope, projected, [h], { recurrent }) => [scope.activate(ops.add(ops.matmul(h as Tensor, recurrent), projected), scope.config.activation)],
};

/**
 * A recurrent layer: h' = activation(x·kernel + h·recurrent_kernel + bias). [batch, steps, features] → [batch, units].
 * Keras's SimpleRNN.
 * @example
 * sequential([layers.simpleRNN({ units: 16, inputShape: [10, 4] }), layers.dense({ units: 1 })]);
 */
export const simpleRNN = sequenceFactory<CellConfig & SequenceConfig, 'simpleRNN'>(sequenceDefinition(kind) as never);
/** One step of simpleRNN: (x, h) → (h', h'). */
export const simpleRNNCell = cellFactory<CellConfig>(cellDefinition(kind));
