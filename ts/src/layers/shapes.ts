// Shapes at compile time: each layer carries a type-level function from its input shape to its output shape.
import type { Shape } from '../core/tensor.js';

/** A type-level function: `(F & { in: S })['out']` applies it. */
export interface ShapeFn {
  /** The input's shape. */
  readonly in: unknown;
  /** The output's shape. */
  readonly out: unknown;
}
/** Stands where a layer doesn't fit what comes before it; the message shows in the editor. */
export interface Mismatch<M extends string> {
  /** What doesn't fit. */
  readonly mismatch: M;
}

/** The output shape for an input shape. */
export type Apply<F extends ShapeFn, S> = S extends Mismatch<string> ? S : (F & { readonly in: S })['out'];

/** Layers that keep the shape. */
export interface Same extends ShapeFn {
  readonly out: this['in'];
}
/** Layers whose result is not known to the type system. */
export interface Unknown extends ShapeFn {
  readonly out: Shape;
}
/** The last axis becomes U. */
export interface LastAxis<U extends number, Name extends string> extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, ...infer M extends Shape, number | null]
    ? readonly [B, ...M, U]
    : this['in'] extends readonly [unknown]
      ? Mismatch<`${Name} needs at least two axes, the batch and one more`>
      : Shape;
}

/** A number literal and no other. */
export type Digits = { readonly [n: number]: unknown };
/** Product of literal sizes; `number` where one isn't literal or the product would be long to count. */
export type Product<S extends readonly unknown[]> = S extends readonly [infer A extends number]
  ? A
  : S extends readonly [1, ...infer R extends readonly number[]]
    ? Product<R>
    : S extends readonly []
      ? 1
      : S extends readonly (number | null)[]
        ? null extends S[number]
          ? null
          : number
        : number & Digits;

/** Everything but the batch becomes one axis. */
export interface Flattened extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, ...infer R] ? (R extends readonly (number | null)[] ? (number extends R['length'] ? Shape : readonly [B, Product<R>]) : Shape) : Shape;
}
/** The batch, then the target. */
export interface Reshaped<T extends readonly number[]> extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, ...unknown[]] ? readonly [B, ...Sizes<T>] : Shape;
}
type Sizes<T extends readonly number[]> = { readonly [K in keyof T]: T[K] extends -1 ? number : T[K] };

/** Drops the axis of time or of positions: rank R in, rank R' out, for layers that say so themselves. */
export type Batched<S extends readonly (number | null)[]> = readonly [null, ...S];

/** [batch, ...places, channels] with as many axes as `Sample`; places are computed at run time, channels become C. */
export interface Windowed<Sample extends readonly unknown[], C extends number | 'same', Name extends string> extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, ...infer M, infer L]
    ? number extends M['length']
      ? Shape
      : M['length'] extends Sample['length']
        ? readonly [B, ...{ readonly [K in keyof M]: number }, C extends 'same' ? L : C]
        : Mismatch<`${Name} takes [batch, ${Sample['length'] extends 1 ? 'steps' : Sample['length'] extends 2 ? 'rows, columns' : 'three axes'}, channels]`>
    : Shape;
}

/** A sequence [batch, steps, features] to its last state, or to all of them. */
export interface Recurrent<U extends number, All extends boolean, Name extends string> extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, infer T, unknown]
    ? All extends true
      ? readonly [B, T, U]
      : readonly [B, U]
    : this['in'] extends readonly [...infer R]
      ? number extends R['length']
        ? Shape
        : Mismatch<`${Name} takes [batch, steps, features]`>
      : Shape;
}

/** A vector of D numbers for each index. */
export interface Embedded<D extends number> extends ShapeFn {
  readonly out: this['in'] extends readonly [...infer R extends Shape] ? (number extends R['length'] ? Shape : readonly [...R, D]) : Shape;
}

/** Columns of N categories for the last axis. */
export interface Encoded<N extends number> extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, unknown?] ? readonly [B, N] : Shape;
}

/** The places are gone: [batch, …, channels] → [batch, channels]. */
export interface Pooled extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, ...unknown[], infer C extends number | null] ? readonly [B, C] : Shape;
}
