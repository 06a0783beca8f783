import { ConfigError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { AnyLayer, Layer, LayerDefinition, LayerOptions, Scope } from './layer.js';
import { collected, firstStates, lastStates, type SequenceConfig, sequenceMask, stepMasks, unstack, walk, withSequence, zeros } from './recurrent.js';
import type { Unknown } from './shapes.js';

export interface RNNConfig extends LayerOptions, SequenceConfig {
  /** A cell, or several on top of each other: layers (x, ...states) → (output, ...states). */
  readonly cell: AnyLayer | readonly AnyLayer[];
}
export interface StackedConfig extends LayerOptions {
  readonly cells: readonly AnyLayer[];
}

/** Widths of the states of a cell. */
function widths(cell: Layer): readonly number[] {
  if (cell.className === 'StackedRNNCells') return (cell.config as { cells: readonly Layer[] }).cells.flatMap(widths);
  const { units, stateSize } = cell.config as { units?: number; stateSize?: number | readonly number[] };
  if (stateSize !== undefined) return typeof stateSize === 'number' ? [stateSize] : stateSize;
  if (units === undefined) throw new ConfigError(`rnn: the cell ${cell.className} must have the option units, or stateSize`);
  return cell.className === 'LSTMCell' ? [units, units] : [units];
}

/** Cells one after the other; each keeps its own states. */
const stacked: LayerDefinition<Resolved<StackedConfig>> = {
  className: 'StackedRNNCells',
  defaults: { cells: REQUIRED },
  sublayers: ({ cells }) => cells as unknown as readonly Layer[],
  mask: null,
  call(scope, x, ...states) {
    let output = x;
    const after: Tensor[] = [];
    (scope.config.cells as unknown as readonly Layer[]).forEach((cell, i) => {
      const own = states.splice(0, widths(cell).length);
      const named = `cell_${i}`;
      const [out, ...next] = scope.trace.within(named, () => cell.trace(scope.trace, [output, ...own]));
      output = out as Tensor;
      after.push(...next);
    });
    return [output, ...after];
  },
};

/** Cells on top of each other as one cell. Keras's StackedRNNCells. */
export const stackedRNNCells = factory<StackedConfig, Unknown>(stacked);

const asCell = (cell: AnyLayer | readonly AnyLayer[]): Layer => (Array.isArray(cell) ? stackedRNNCells({ cells: cell }) : cell) as unknown as Layer;

const definition: LayerDefinition<Resolved<RNNConfig>> = {
  className: 'RNN',
  defaults: withSequence({ cell: REQUIRED }),
  sublayers: ({ cell }) => [asCell(cell)],
  mask: sequenceMask as never,
  call(scope, x, ...initial) {
    const { config } = scope;
    const [batch = 1] = x.shape;
    if (x.shape.length < 3) scope.fail('takes [batch, steps, features]', x.shape);
    const cell = cellOf(scope);
    const order = <T>(list: readonly T[]): readonly T[] => (config.goBackwards ? [...list].reverse() : list);
    const masks = stepMasks(scope as never, x);
    const shapes = widths(cell).map((units) => [batch, units]);
    const given = firstStates(scope, initial, shapes);
    const first = given.length ? given : zeros(x, shapes);
    const walked = walk(order(unstack(x)), masks && order(masks), first, config.zeroOutputForMask, (part, states) => {
      const [output, ...after] = cell.trace(scope.trace, [part, ...states]);
      return { output: output as Tensor, states: after };
    });
    const result = collected(walked, config);
    scope.penalize(result[0] as Tensor, config.activityRegularizer);
    return lastStates(scope, result);
  },
};

const made = new WeakMap<Layer, Layer>();
/** The one cell of a layer, also when it was given as a list. */
function cellOf(scope: Scope<Resolved<RNNConfig>>): Layer {
  const known = made.get(scope.layer);
  if (known) return known;
  const cell = asCell(scope.config.cell);
  made.set(scope.layer, cell);
  return cell;
}

/**
 * Any cell along a sequence. Keras's RNN.
 * @example
 * sequential([layers.rnn({ cell: layers.lstmCell({ units: 8 }), inputShape: [10, 4] })]);
 */
export const rnn = factory<RNNConfig, Unknown>(definition);
