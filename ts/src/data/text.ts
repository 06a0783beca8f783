// Text, for layers that read it before the engine gets anything.
import { DataError, ShapeError, show } from '../core/errors.js';
import { size } from '../core/values.js';
import { anyArray, nestedShape, shapeFits, type Values, type Wanted } from './intake.js';
import type { ArrayLike, NestedArray, TextArray } from './ndarray.js';

/** Text with its shape, or null if it's something else. */
function textOf(x: unknown, what: string): { data: readonly string[]; shape: number[] } | null {
  const { data, shape } = (typeof x === 'object' && x !== null && 'data' in x ? x : { data: x, shape: undefined }) as { data: unknown; shape?: readonly number[] };
  if (!Array.isArray(data)) return null;
  const sizes = shape ? [...shape] : nestedShape(data as NestedArray);
  const flat = data.flat(Number.POSITIVE_INFINITY) as unknown[];
  if (flat.length === 0 || typeof flat[0] !== 'string') return null;
  const wrong = flat.findIndex((text) => typeof text !== 'string');
  if (wrong >= 0) throw new DataError(`${what}: text is expected, received ${String(flat[wrong])} at index ${wrong}`, { received: flat[wrong] });
  if (flat.length !== size(sizes)) throw new DataError(`${what}: ragged: ${flat.length} texts can't have the shape ${show(sizes)}`, { received: flat.length });
  return { data: flat as string[], shape: sizes };
}

/** Text for an input. */
export function intakeText(x: unknown, { what, shape: target }: Pick<Wanted, 'what' | 'shape'>): Values {
  const text = textOf(x, what);
  if (!text) throw new DataError(`${what}: text is expected: an array of strings, or { data, shape }`, { received: x });
  const missing = text.shape.length === target.length - 1 && target.at(-1) === 1;
  const shape = missing ? [...text.shape, 1] : text.shape;
  if (!shapeFits(shape, target)) throw new ShapeError(`${what}: the model expects text of the shape ${show(target)}, received ${show(shape)}`, { expected: target, received: shape });
  return { data: text.data, shape };
}

/** Numbers or text of whatever shape. */
export function anyValues(x: ArrayLike | TextArray, what: string): Values {
  return textOf(x, what) ?? anyArray(x as ArrayLike, what);
}
