// Functions of elements in the second-level cache: sixteen applications in a row, so that the arithmetic counts and not the call.
import { mapping } from './map.mjs';

export const suite = { name: 'vecmath', cases: ['exponential', 'tanh', 'sigmoid', 'gelu'].map((op) => mapping(op, 32, 1024, 16)) };
