import type { Shape } from '../core/tensor.js';

/** Numbers in row-major order. */
export type DataArray = Float32Array | Int32Array | Uint8Array;

/** The one value type: what predictions, weights and gradients are, and what every input accepts. Always a copy of its own. */
export interface NDArray<D extends DataArray = DataArray, S extends readonly number[] = readonly number[]> {
  /** The numbers. */
  readonly data: D;
  /** Sizes of the axes; their product is the length of the data. */
  readonly shape: S;
}

/** Numbers in arrays in arrays, as deep as the shape has axes. */
export type Nested<S extends Shape = Shape> = number extends S['length'] ? NestedArray : S extends readonly [unknown, ...infer R extends Shape] ? readonly Nested<R>[] : number;
/** A number, or an array of such. */
export type NestedArray = number | readonly NestedArray[];

/** Text in arrays in arrays, or with its shape. */
export type TextArray = readonly NestedText[] | { readonly data: readonly string[]; readonly shape: readonly number[] };
/** A text, or an array of such. */
export type NestedText = string | readonly NestedText[];

/** Typed arrays that are understood; all but those of `DataArray` are converted once. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array | Uint8ClampedArray;

/** What an input of a shape accepts: an NDArray, a typed array whose shape follows from the model, or nested arrays. */
export type ArrayLike<S extends Shape = Shape> = NDArray | TypedArray | Nested<S> | { readonly data: TypedArray; readonly shape: readonly number[] };

/** A shape with numbers for its unknown axes. */
export type Sized<S extends Shape> = S extends readonly [infer A, ...infer R extends Shape]
  ? readonly [A extends number ? A : number, ...Sized<R>]
  : S extends readonly []
    ? readonly []
    : readonly number[];
