// Functions of elements in the second-level cache, applied so often that the arithmetic counts and not the call. exp repeated is
// soon infinite, which takes no less where code has no branches, as ours; exp of the negative, two functions, stays finite.
import { mapping } from './map.mjs';

/** gelu halves small numbers, which would soon be subnormal, and those are slow; from 6 on they stay what they are. */
const START = { gelu: 9 };

/** Of some of these chains it has the numbers a thousand times sooner than it can make them, so it isn't the chain that is timed. */
const skip = ['jax-js'];

export const suite = {
  name: 'vecmath',
  cases: ['exponential', 'exp(-x)', 'tanh', 'sigmoid', 'gelu'].map((op) => ({ ...mapping(op, 32, 1024, 128, START[op]), skip })),
};
