// Functions of elements in the second-level cache, applied so often that the arithmetic counts and not the call. exp repeated is
// soon infinite, which takes no less where code has no branches, as ours; exp of the negative, two functions, stays finite.
import { mapping } from './map.mjs';

/** gelu halves small numbers: more often, it would reach subnormal ones, which processors are slow with. */
const REPEAT = { exponential: 128, 'exp(-x)': 128, tanh: 128, sigmoid: 128, gelu: 48 };

export const suite = { name: 'vecmath', cases: Object.entries(REPEAT).map(([op, repeat]) => mapping(op, 32, 1024, repeat)) };
