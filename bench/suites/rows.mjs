// Functions of whole rows, forward and backward, in times of copying what they must read and write.
import { floats } from '../data.mjs';

const [ROWS, COLS, REPEAT] = [1000, 1000, 8];
/** x and y, then x (or y), dy and dx. */
const WORDS = 5;

const both = (op) => ({
  name: `${op} [${ROWS} × ${COLS}], forward and backward`,
  kind: 'rows',
  spec: () => ({ op, rows: ROWS, cols: COLS, repeat: REPEAT, x: floats(ROWS * COLS, 2, 3) }),
  unit: '× copying',
  copied: ROWS * COLS,
  figure: (ms, { copying }) => ms / ((4 * WORDS * ROWS * COLS * REPEAT) / copying),
});

export const suite = { name: 'rows', cases: [both('layer norm'), both('softmax')] };
