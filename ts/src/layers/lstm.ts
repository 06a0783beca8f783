import type { ActivationLike } from '../activations/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { Initializer, InitializerLike } from '../initializers/index.js';
import type { Scope } from './layer.js';
import { type Cell, type CellConfig, type CellKind, cellDefinition, cellFactory, gate, gateWeights, type SequenceConfig, sequenceDefinition, sequenceFactory, withCell } from './recurrent.js';

export interface LSTMCellConfig extends CellConfig {
  /** Of the gates. Default 'sigmoid'. */
  readonly recurrentActivation?: ActivationLike;
  /** Whether the forget gate's bias starts at 1. Default true. */
  readonly unitForgetBias?: boolean;
}

type Weights = ReturnType<typeof gateWeights>;

/** Zeros, and ones for the second quarter: the forget gate. */
const FORGET: Initializer = { name: 'unitForget', config: {}, distribution: () => ({ kind: 6, args: [] }) };

/** How the bias of gates in the order input, forget, candidate, output begins. */
export function forgetBias(scope: Scope<{ readonly unitForgetBias: boolean; readonly useBias: boolean; readonly biasInitializer: InitializerLike }>): InitializerLike {
  const { unitForgetBias, biasInitializer, useBias } = scope.config;
  const plain = biasInitializer === 'zeros' || (typeof biasInitializer === 'object' && biasInitializer.name === 'zeros');
  if (useBias && unitForgetBias && !plain) throw new ConfigError(`${scope.path}: unitForgetBias needs the biasInitializer 'zeros'; set unitForgetBias: false to use another`, { layer: scope.path });
  return unitForgetBias ? FORGET : biasInitializer;
}

const kind: CellKind<Cell<LSTMCellConfig>, Weights> = {
  className: 'LSTM',
  defaults: withCell({ recurrentActivation: 'sigmoid', unitForgetBias: true }),
  states: 2,
  weights: (scope, features) => gateWeights(scope, features, 4, [4 * scope.config.units], forgetBias(scope)),
  whole: ({ config }, { recurrent }) => ({ cell: 1, recurrent, activation: config.activation, gateActivation: config.recurrentActivation }),
  project: (_, x, { kernel, bias }) => (bias ? ops.add(ops.matmul(x, kernel), bias) : ops.matmul(x, kernel)),
  step(scope, projected, [h, c], { recurrent }) {
    const { activation, recurrentActivation } = scope.config;
    const z = ops.add(ops.matmul(h as Tensor, recurrent), projected);
    const open = (i: number) => scope.activate(gate(z, i, 4), recurrentActivation);
    const candidate = scope.activate(gate(z, 2, 4), activation);
    const memory = ops.add(ops.mul(open(1), c as Tensor), ops.mul(open(0), candidate));
    return [ops.mul(open(3), scope.activate(memory, activation)), memory];
  },
};

/**
 * Long short-term memory, gates in the order input, forget, candidate, output. [batch, steps, features] → [batch, units].
 * Weights: kernel [features, 4·units], recurrent_kernel [units, 4·units], bias [4·units]. Keras's LSTM (Hochreiter and Schmidhuber 1997).
 * @example
 * sequential([layers.lstm({ units: 16, inputShape: [10, 4] }), layers.dense({ units: 1 })]);
 */
export const lstm = sequenceFactory<LSTMCellConfig & SequenceConfig, 'lstm'>(sequenceDefinition(kind) as never);
/** One step of lstm: (x, h, c) → (h', h', c'). */
export const lstmCell = cellFactory<LSTMCellConfig>(cellDefinition(kind));
