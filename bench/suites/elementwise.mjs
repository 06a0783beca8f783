// One pass over a million elements, from an array of the caller's to another; a library that copies them in and out is timed with that.
import { mapping } from './map.mjs';

export const suite = { name: 'elementwise', cases: ['relu', 'exponential', 'tanh', 'gelu', 'softmax'].map((op) => mapping(op, 1000, 1000, 1)) };
