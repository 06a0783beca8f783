// Whatever the user gave becomes one typed array and a shape, or one clear error.
import { DataError, ShapeError, show } from '../core/errors.js';
import type { DType, Shape } from '../core/tensor.js';
import { size } from '../core/values.js';
import type { ArrayLike, DataArray, NDArray, NestedArray, TypedArray } from './ndarray.js';

/** Numbers or text, before the engine gets anything. */
export interface Values {
  readonly data: DataArray | readonly string[];
  readonly shape: readonly number[];
}

/** What an input should be like. */
export interface Wanted {
  /** For messages: "x", "y", "the input 'left'". */
  readonly what: string;
  /** Shape with the batch first. */
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Whether it is a typed array of numbers: big integers are none. */
function isTyped(x: unknown): x is TypedArray {
  return ArrayBuffer.isView(x) && !(x instanceof DataView || x instanceof BigInt64Array || x instanceof BigUint64Array);
}
function isNDArray(x: unknown): x is { data: TypedArray; shape: readonly number[] } {
  return typeof x === 'object' && x !== null && 'data' in x && 'shape' in x && isTyped((x as NDArray).data);
}

/** Shape of nested arrays by their first elements. */
export function nestedShape(x: NestedArray): number[] {
  const shape: number[] = [];
  for (let at: unknown = x; Array.isArray(at) || isTyped(at); at = (at as readonly NestedArray[])[0]) shape.push(at.length);
  return shape;
}

/** Copies nested arrays; every one must be as long as the first of its depth. */
function flatten(x: NestedArray, shape: readonly number[], what: string): Float64Array {
  const out = new Float64Array(size(shape));
  const path: number[] = [];
  let at = 0;
  const walk = (list: unknown, depth: number): void => {
    const nested = Array.isArray(list) || isTyped(list);
    if (!nested || list.length !== shape[depth]) {
      const received = nested ? `${list.length} elements` : String(list);
      throw new DataError(`${what}: ragged: [${path.slice(0, depth).join(', ')}] has ${received} where others have ${shape[depth]}; make all rows equally long, for instance by padding`, {
        expected: shape[depth],
        received: nested ? list.length : list,
      });
    }
    if (depth === shape.length - 1) {
      const wrong = copyNumbers(list, out, at);
      if (wrong >= 0) {
        const value: unknown = list[wrong];
        const received = Array.isArray(value) || isTyped(value) ? 'an array (the nesting is deeper here than elsewhere)' : String(value);
        throw new DataError(`${what}: a number is expected at [${[...path.slice(0, depth), wrong].join(', ')}], received ${received}`, { received: value });
      }
      at += list.length;
      return;
    }
    for (let i = 0; i < list.length; i++) {
      path[depth] = i;
      walk(list[i], depth + 1);
    }
  };
  walk(x, 0);
  return out;
}

/** Copies a list to a place of another; answers the index of the first that is no number, or −1. */
function copyNumbers(list: TypedArray | readonly unknown[], out: Float64Array, at: number): number {
  if (isTyped(list)) {
    out.set(list, at);
    return -1;
  }
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (typeof value !== 'number' && typeof value !== 'boolean') return i;
    out[at + i] = Number(value);
  }
  return -1;
}

/** The number of rows that a flat array makes, by the sizes that are known. */
function rowsOf(length: number, { shape, what }: Wanted): number[] {
  const row = shape.slice(1);
  if (row.some((d) => d === null)) throw new ShapeError(`${what}: a typed array needs its shape here, because the model's ${show(shape)} leaves axes open; pass { data, shape }`, { expected: shape });
  const perRow = size(row as number[]);
  if (length % perRow !== 0) throw new ShapeError(`${what}: ${length} numbers can't be cut into rows of ${show(row)} (${perRow} numbers each)`, { expected: shape, received: [length] });
  return [length / perRow, ...(row as number[])];
}

export function shapeFits(shape: readonly number[], wanted: Shape): boolean {
  return shape.length === wanted.length && shape.every((d, i) => wanted[i] === null || wanted[i] === d);
}

/** Rows of numbers, in the type in which the engine keeps them: bytes stay bytes for float inputs. */
function convert(data: TypedArray | Float64Array, { dtype, what }: Wanted): DataArray {
  if (dtype === 'int32') {
    if (data instanceof Int32Array) return data;
    const ints = new Int32Array(data as TypedArray);
    for (let i = 0; i < ints.length; i++) if (ints[i] !== data[i]) throw new DataError(`${what}: whole numbers are expected, received ${data[i]} at index ${i}`, { received: data[i] });
    return ints;
  }
  if (data instanceof Float32Array || data instanceof Uint8Array) return data;
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  return new Float32Array(data as Float64Array);
}

/** @throws {ShapeError} {DataError} when it can't be what is wanted. */
export function intake(x: ArrayLike | null | undefined, wanted: Wanted): NDArray {
  const { what, shape: target } = wanted;
  if (x === null || x === undefined) throw new DataError(`${what} is missing`);
  let data: TypedArray | Float64Array;
  let shape: number[];
  if (isNDArray(x)) {
    [data, shape] = [x.data, [...x.shape]];
    if (size(shape) !== data.length)
      throw new ShapeError(`${what}: the shape ${show(shape)} has ${size(shape)} elements and the data have ${data.length}`, { expected: size(shape), received: data.length });
  } else if (isTyped(x)) {
    [data, shape] = [x, rowsOf(x.length, wanted)];
  } else if (Array.isArray(x)) {
    shape = nestedShape(x as NestedArray);
    data = flatten(x as NestedArray, shape, what);
  } else {
    throw new DataError(`${what}: numbers are expected as nested arrays, a typed array or { data, shape }, received ${typeof x}`, { received: typeof x });
  }
  // A list of numbers is a column where rows have one element.
  if (shape.length === target.length - 1 && target.slice(shape.length).every((d) => d === 1)) shape = [...shape, 1];
  if (shape[0] === 0) throw new DataError(`${what}: there are no rows`);
  if (!shapeFits(shape, target)) throw new ShapeError(`${what}: the model expects ${show(target)}, received ${show(shape)}${hint(shape, target)}`, { expected: target, received: shape });
  return { data: convert(data, wanted), shape };
}

/** An array of whatever shape it has: one that brings its shape, or nested arrays. A flat one is a column. */
export function anyArray(x: ArrayLike, what: string): NDArray {
  const shape = isNDArray(x) ? x.shape : isTyped(x) ? [x.length] : Array.isArray(x) ? nestedShape(x as NestedArray) : [];
  const rows = shape.length === 1 ? [...shape, 1] : shape;
  const given = isNDArray(x) ? { data: x.data, shape: rows } : x;
  return intake(given, { what, shape: [null, ...rows.slice(1)], dtype: 'float32' });
}

function hint(shape: readonly number[], target: Shape): string {
  if (shape.length === target.length - 1 && shapeFits([1, ...shape], target)) return '; a single row must be in a batch: wrap it in one more array';
  const row = target.slice(1);
  if (row.every((d) => d !== null) && size(shape.slice(1)) === size(row as number[])) return `; the rows have as many numbers: pass { data, shape: ${show([shape[0] ?? 0, ...row])} }`;
  return '';
}
