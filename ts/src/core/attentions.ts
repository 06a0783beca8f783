// Shapes of attention: crates/ops/src/shape/attention.rs, by the same names.
import type { Rule } from './shapes.js';

type Dims = readonly number[];
const show = (shape: Dims | undefined) => `[${(shape ?? []).join(', ')}]`;

/** [batch, queries, heads·value width]. */
export const attention: Rule = ({ inputs, shapes, attrs, fail }) => {
  if (inputs.some((i) => i.dtype !== 'float32')) fail('needs float32: cast first');
  if (shapes.length < 3) fail(`takes queries, keys and values, received ${shapes.length} values`);
  const [q = [], k = [], v = []] = shapes;
  const given = `${show(q)}, ${show(k)} and ${show(v)}`;
  if (q.length !== 3 || k.length !== 3 || v.length !== 3) fail(`needs [batch, places, width], received ${given}`);
  const [heads, groups] = attrs as [number, number];
  if (!(heads >= 1 && groups >= 1) || heads % groups !== 0) fail(`${groups} groups don't divide ${heads} heads`);
  const [[batch = 0, queries = 0, all = 0], [ofKeys, keys = 0, each = 0], [ofValues, rows, values = 0]] = [q, k, v];
  if (all % heads !== 0 || each % groups !== 0 || values % groups !== 0 || all / heads !== each / groups) fail(`${heads} heads in ${groups} groups don't fit ${given}`);
  if (batch !== ofKeys || batch !== ofValues || keys !== rows) fail(`${given} differ in batch or places`);
  if (keys === 0 || all === 0 || values === 0) fail('attention needs at least one key, and heads of at least one number');
  const full = [batch, heads, queries, keys];
  for (const mask of shapes.slice(3)) {
    if (mask.length !== 4 || mask.some((d, i) => d !== 1 && d !== full[i])) fail(`a mask must be ${show(full)} or 1 in places, received ${show(mask)}`);
  }
  return [[batch, queries, (heads * values) / groups], 'float32'];
};
