// Shared by suites that apply a function to every element.
import { floats } from '../data.mjs';

export const mapping = (op, rows, cols, repeat) => ({
  name: op,
  kind: 'map',
  spec: () => ({ op, rows, cols, repeat, x: floats(rows * cols, 3) }),
  unit: 'ns/element',
  figure: (ms) => (ms * 1e6) / (rows * cols * repeat),
});
