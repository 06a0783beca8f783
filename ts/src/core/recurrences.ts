// Shapes of sequences that a cell walks: crates/ops/src/shape/recurrent.rs, by the same names.
import type { Rule } from './shapes.js';

type Dims = readonly number[];
const GATES = [1, 4, 3];
const ACTIVATIONS = 5;
const show = (shape: Dims | undefined) => `[${(shape ?? []).join(', ')}]`;

/** [batch, rows, units]: the outputs of all steps or the last, then the last states. */
export const recurrent: Rule = ({ inputs, shapes, attrs, fail }) => {
  if (inputs.some((i) => i.dtype !== 'float32')) fail('needs float32: cast first');
  const [cell, activation, gateActivation] = attrs as [number, number, number];
  const [, , , , , sequences, states, bias, noise, initial, mask] = attrs as unknown as boolean[];
  const gates = GATES[cell] ?? fail(`there is no cell ${cell}`);
  for (const code of [activation, gateActivation]) if (!Number.isInteger(code) || code < 0 || code >= ACTIVATIONS) fail(`there is no activation ${code}`);
  const [x = [], weights = []] = shapes;
  const [batch = 0, steps = 0, width = 0] = x;
  const [units = 0, columns] = weights;
  const count = cell === 1 ? 2 : 1;
  const state = [batch, units];
  const expected: Dims[] = [...(bias ? [[width]] : []), ...(noise ? [state] : []), ...(initial ? new Array<Dims>(count).fill(state) : []), ...(mask ? [[batch, steps]] : [])];
  if (shapes.length !== 2 + expected.length) fail(`takes ${2 + expected.length} values, received ${shapes.length}`);
  if (x.length !== 3 || weights.length !== 2) fail(`needs [batch, steps, gates·units] and recurrent weights, received ${show(x)} and ${show(weights)}`);
  if (steps === 0 || units === 0) fail('a sequence needs at least one step, and a state at least one unit');
  if (width !== gates * units || columns !== width) fail(`${gates} gates of ${units} units don't fit ${show(x)} and ${show(weights)}`);
  if (bias && cell !== 2) fail('only a GRU has a bias of the recurrent product');
  expected.forEach((shape, i) => {
    if (show(shape) !== show(shapes[i + 2])) fail(`value ${i + 2} must be ${show(shape)}, received ${show(shapes[i + 2])}`);
  });
  return [[batch, (sequences ? steps : 1) + (states ? count : 0), units], 'float32'];
};
