// The rules of crates/ops/src/shape.rs, by the same names, of all operations that can be called from here. One test walks
// calls through both.
import type { Attr, DType, Tensor } from './tensor.js';
import { attention } from './attentions.js';
import { recurrent } from './recurrences.js';
import { WINDOW_RULES } from './windows.js';

type Dims = readonly number[];
interface Given {
  readonly inputs: readonly Tensor[];
  readonly shapes: readonly Dims[];
  readonly attrs: readonly Attr[];
  readonly fail: (message: string) => never;
}
type Result = [shape: Dims, dtype: DType];
export type Rule = (given: Given) => Result;
type Fail = Given['fail'];

const text = (shape: Dims) => `[${shape.join(', ')}]`;
const size = (shape: Dims) => shape.reduce((a, b) => a * b, 1);

/** NumPy's broadcasting of two shapes, or null if they don't fit. */
export function broadcast(a: Dims, b: Dims): Dims | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i + a.length - rank] ?? 1;
    const y = b[i + b.length - rank] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    out.push(x === 1 ? y : x);
  }
  return out;
}

function axisOf(axis: number, rank: number, fail: Fail): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(index) || index < 0 || index >= rank) fail(`axis ${axis} is out of range for ${rank} axes`);
  return index;
}

function axesOf(given: Dims, rank: number, fail: Fail): Dims {
  const axes = given.map((a) => axisOf(a, rank, fail));
  if (new Set(axes).size !== axes.length) fail(`an axis is given twice in ${text(given)}`);
  return axes;
}

function dims(given: Dims, fail: Fail): Dims {
  for (const d of given) if (!Number.isInteger(d) || d < 0) fail(`a dimension can't be ${d}`);
  return given;
}

function onlyFloats({ inputs, fail }: Given): void {
  if (inputs.some((i) => i.dtype !== 'float32')) fail('needs float32: cast first');
}

function expectInts({ inputs, fail }: Given, at: number, what: string): void {
  if (inputs[at]?.dtype !== 'int32') fail(`${what} must be int32`);
}

const first = ({ shapes }: Given): Dims => shapes[0] ?? [];
const typeOf = ({ inputs }: Given): DType => inputs[0]?.dtype ?? 'float32';

const matmul: Rule = (given) => {
  onlyFloats(given);
  const { shapes, attrs, fail } = given;
  const [a, b] = shapes as [Dims, Dims];
  if (a.length < 2 || b.length < 2) fail(`a matrix product needs at least two axes on each side, received ${text(a)} and ${text(b)}`);
  const leadA = a.slice(0, -2);
  const leadB = b.slice(0, -2);
  const [m, k] = (attrs[0] ? [a.at(-1), a.at(-2)] : [a.at(-2), a.at(-1)]) as [number, number];
  const [k2, n] = (attrs[1] ? [b.at(-1), b.at(-2)] : [b.at(-2), b.at(-1)]) as [number, number];
  if (k !== k2) fail(`inner sizes ${k} and ${k2} of ${text(a)} and ${text(b)} differ`);
  if (leadA.length && leadB.length && text(leadA) !== text(leadB)) fail(`leading axes of ${text(a)} and ${text(b)} differ`);
  return [[...(leadA.length ? leadA : leadB), m, n], 'float32'];
};

const reduce: Rule = (given) => {
  onlyFloats(given);
  const from = first(given);
  const axes = axesOf(given.attrs[0] as Dims, from.length, given.fail);
  const keep = given.attrs[1] === true;
  return [from.map((d, i) => (axes.includes(i) ? 1 : d)).filter((_, i) => keep || !axes.includes(i)), 'float32'];
};

const reshape: Rule = (given) => {
  const from = first(given);
  const to = given.attrs[0] as Dims;
  const known = size(to.filter((d) => d !== -1));
  const unknown = to.filter((d) => d === -1).length;
  const rest = size(from) / known;
  const fits = to.every((d) => Number.isInteger(d) && d >= -1) && (unknown === 0 ? rest === 1 || size(from) === known : unknown === 1 && known > 0 && Number.isInteger(rest));
  if (!fits) given.fail(`${text(from)} has ${size(from)} elements and can't become ${text(to)}`);
  return [to.map((d) => (d === -1 ? rest : d)), typeOf(given)];
};

const slice: Rule = (given) => {
  const from = first(given);
  const [begin, count, stride] = given.attrs as [Dims, Dims, Dims];
  if ([begin, count, stride].some((a) => a.length !== from.length)) given.fail(`begin, size and stride of ${from.length} axes must be given`);
  from.forEach((d, i) => {
    const [b, s, t] = [begin[i] as number, count[i] as number, stride[i] as number];
    if (b < 0 || s < 0 || t < 1 || (s > 0 && b + (s - 1) * t >= d)) given.fail(`axis ${i} of ${text(from)} has no ${s} elements from ${b} by ${t}`);
  });
  return [dims(count, given.fail), typeOf(given)];
};

const pad: Rule = (given) => {
  const from = first(given);
  const [before, after] = given.attrs as [Dims, Dims];
  if (before.length !== from.length || after.length !== from.length || [...before, ...after].some((p) => p < 0)) {
    given.fail(`padding of ${from.length} axes must be given, none below 0`);
  }
  return [from.map((d, i) => d + (before[i] as number) + (after[i] as number)), typeOf(given)];
};

const concat: Rule = (given) => {
  const { shapes, inputs, fail } = given;
  const from = first(given);
  const along = axisOf(given.attrs[0] as number, from.length, fail);
  shapes.slice(1).forEach((other, i) => {
    const agree = other.length === from.length && from.every((d, a) => a === along || other[a] === d);
    if (!agree || inputs[i + 1]?.dtype !== typeOf(given)) fail(`${text(from)} and ${text(other)} can't be concatenated along axis ${along}`);
  });
  return [from.map((d, a) => (a === along ? shapes.reduce((sum, s) => sum + (s[a] as number), 0) : d)), typeOf(given)];
};

const crossEntropy: Rule = (given) => {
  const [logits, targets] = given.shapes as [Dims, Dims];
  const kind = given.inputs[1]?.dtype;
  const sparse = kind === 'int32' && text(targets) === text(logits.slice(0, -1));
  const dense = kind === 'float32' && text(targets) === text(logits);
  if (logits.length === 0 || logits.at(-1) === 0 || !(sparse || dense)) given.fail(`targets ${text(targets)} do not fit logits ${text(logits)}`);
  return [logits.slice(0, -1), 'float32'];
};

export const RULES: Readonly<Record<string, Rule>> = {
  same: (given) => {
    onlyFloats(given);
    return [first(given), 'float32'];
  },
  along: (given) => {
    onlyFloats(given);
    const from = first(given);
    axisOf(given.attrs[0] as number, from.length, given.fail);
    return [from, 'float32'];
  },
  broadcast: (given) => {
    onlyFloats(given);
    const shape = given.shapes.reduce<Dims>((all, s) => broadcast(all, s) ?? given.fail(`${text(all)} and ${text(s)} do not broadcast together`), []);
    return [shape, 'float32'];
  },
  matmul,
  reduce,
  argreduce: (given) => {
    onlyFloats(given);
    const from = first(given);
    const axis = axisOf(given.attrs[0] as number, from.length, given.fail);
    if (from[axis] === 0) given.fail('the axis is empty');
    return [from.filter((_, i) => i !== axis), 'int32'];
  },
  reshape,
  transpose: (given) => {
    const from = first(given);
    const perm = axesOf(given.attrs[0] as Dims, from.length, given.fail);
    if (perm.length !== from.length) given.fail(`a permutation of ${from.length} axes is needed, received ${text(perm)}`);
    return [perm.map((a) => from[a] as number), typeOf(given)];
  },
  slice,
  pad,
  concat,
  broadcastTo: (given) => {
    const target = dims(given.attrs[0] as Dims, given.fail);
    const shape = broadcast(first(given), target);
    if (!shape || text(shape) !== text(target)) given.fail(`${text(first(given))} does not broadcast to ${text(target)}`);
    return [target, typeOf(given)];
  },
  gather: (given) => {
    if (first(given).length === 0) given.fail('a table has at least one axis');
    expectInts(given, 1, 'indices');
    return [[...(given.shapes[1] as Dims), ...first(given).slice(1)], typeOf(given)];
  },
  scatterAdd: (given) => {
    expectInts(given, 0, 'indices');
    const [indices, updates] = given.shapes as [Dims, Dims];
    if (indices.some((d, i) => updates[i] !== d)) given.fail(`updates ${text(updates)} must begin with the shape of the indices ${text(indices)}`);
    return [[...dims([given.attrs[0] as number], given.fail), ...updates.slice(indices.length)], 'float32'];
  },
  oneHot: (given) => {
    expectInts(given, 0, 'indices');
    return [[...first(given), ...dims([given.attrs[0] as number], given.fail)], 'float32'];
  },
  fill: (given) => [dims(given.attrs[0] as Dims, given.fail), given.attrs[1] as DType],
  cast: (given) => {
    if (given.attrs[0] === 'uint8') given.fail('bytes exist only in data sets: cast to float32 or int32');
    return [first(given), given.attrs[0] as DType];
  },
  crossEntropy,
  attention,
  layerNorm: (given) => {
    onlyFloats(given);
    const n = first(given).at(-1) ?? given.fail('needs an axis to normalise over');
    for (const weight of given.shapes.slice(1)) if (text(weight) !== text([n])) given.fail(`weights must be [${n}], received ${text(weight)}`);
    return [first(given), 'float32'];
  },
  recurrent,
  ...WINDOW_RULES,
};
