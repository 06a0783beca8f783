// Shared by suites that apply a function to every element.
import { floats } from '../data.mjs';

/** On numbers around `start`, at most 3 away. */
export const mapping = (op, rows, cols, repeat, start = 0) => ({
  name: op,
  kind: 'map',
  spec: () => ({ op, rows, cols, repeat, x: floats(rows * cols, 3).map((value) => start + value) }),
  unit: 'ns/element',
  figure: (ms) => (ms * 1e6) / (rows * cols * repeat),
});
