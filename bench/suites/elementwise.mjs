// One pass over a million elements, in memory rather than in a cache; includes handing the array over and back where the library copies.
import { mapping } from './map.mjs';

export const suite = { name: 'elementwise', cases: ['relu', 'exponential', 'tanh', 'gelu', 'softmax'].map((op) => mapping(op, 1000, 1000, 1)) };
