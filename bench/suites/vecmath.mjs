// Functions of elements in the second-level cache: forty-eight applications in a row, so that the arithmetic counts and not the call.
// exp of the negative: repeated, exp itself is soon infinite, and infinity is quick in code with branches.
import { mapping } from './map.mjs';

export const suite = { name: 'vecmath', cases: ['exp(-x)', 'tanh', 'sigmoid', 'gelu'].map((op) => mapping(op, 32, 1024, 48)) };
