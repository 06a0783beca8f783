// The types of models: shapes of inputs and outputs, and the names of their results.
import type { Shape } from '../core/tensor.js';
import type { ArrayLike, NDArray, Sized, TextArray } from '../data/ndarray.js';
import type { AnyLayer, Layer } from '../layers/layer.js';
import type { Apply, Mismatch, ShapeFn } from '../layers/shapes.js';
import type { LossLike } from '../losses/index.js';
import type { MetricLike } from '../metrics/index.js';
import type { OptimizerLike } from '../optimizers/index.js';

/** Shapes of one value, of a list of values, or of values by name. */
export type Shapes = Shape | readonly Shape[] | { readonly [name: string]: Shape };

/** What `fit` and `predict` take for inputs of these shapes; text where a layer outside of the engine reads it. */
export type Data<S extends Shapes> = S extends Shape ? ArrayLike<S> | TextArray : { readonly [K in keyof S]: S[K] extends Shape ? ArrayLike<S[K]> | TextArray : never };

/** What they take as labels: class numbers or values. */
export type Labels<S extends Shapes> = S extends Shape ? ArrayLike : { readonly [K in keyof S]: ArrayLike };

/** What `predict` answers. */
export type Prediction<S extends Shapes> = S extends Shape
  ? NDArray<Float32Array, number extends S['length'] ? readonly number[] : Sized<S>>
  : { readonly [K in keyof S]: S[K] extends Shape ? NDArray<Float32Array, number extends S[K]['length'] ? readonly number[] : Sized<S[K]>> : never };

type NameOf<M> = M extends string ? M : M extends { readonly name: infer N extends string } ? N : string;

/** Metrics of the one output, or by the names of outputs. */
export type MetricsOption<O extends Shapes> = readonly MetricLike[] | (O extends Shape ? never : { readonly [K in keyof O]?: readonly MetricLike[] });

/** Options of `compile`. */
export interface CompileOptions<O extends Shapes = Shapes, M = readonly MetricLike[]> {
  /** Default 'rmsprop'. */
  readonly optimizer?: OptimizerLike;
  /** A loss, or one per output. */
  readonly loss: LossLike | (O extends Shape ? never : { readonly [K in keyof O]?: LossLike });
  /** Weights of the losses of several outputs. Default 1. */
  readonly lossWeights?: Readonly<Record<string, number>>;
  /** What is measured beside the loss; doesn't see sample weights. */
  readonly metrics?: M;
  /** Metrics that do. */
  readonly weightedMetrics?: readonly MetricLike[];
  /** Computes activations again in the backward pass instead of keeping them, where that needs less memory; same results, slower steps. Default false. */
  readonly recompute?: boolean;
}

/** Names of the results that a compile call leads to. */
export type ResultKeys<M> = M extends readonly (infer E)[] ? 'loss' | NameOf<E> : string;
/** Names of results, and those of validation where a fit measures it. */
export type WithValidation<K extends string, F> = F extends { readonly validationSplit: number } | { readonly validationData: readonly unknown[] } ? K | `val${Capitalize<K>}` : K;

type ShapeFnOf<L> = L extends Layer<infer F extends ShapeFn, unknown, never> ? F : ShapeFn;
type InputOf<L> = L extends { readonly inputType: infer I } ? I : undefined;

/** Shape with the batch, of what a first layer takes. */
export type FirstShape<L> = InputOf<L> extends readonly (number | null)[] ? readonly [null, ...InputOf<L>] : Shape;

type Chain<L extends readonly unknown[], S> = L extends readonly [infer H, ...infer R] ? Chain<R, ApplyLayer<H, S>> : S;
/** The shape after a layer, or what doesn't fit. */
export type ApplyLayer<L, S> = S extends Mismatch<string> ? S : L extends { readonly shapeFn: infer F extends ShapeFn } ? Apply<F, S> : Shape;

/** What a layer is put on: the output so far, or what the layer says itself if it is the first. */
export type Base<S extends Shape, L> = number extends S['length'] ? FirstShape<L> : S;
/** The output shape of a stack with one more layer. */
export type NextShape<O extends Shape, L> = ApplyLayer<L, Base<O, L>> extends infer S extends Shape ? S : Shape;
/** A type that says why a layer doesn't fit a stack. */
export type FitsOn<O extends Shape, L> = ApplyLayer<L, Base<O, L>> extends Mismatch<infer M> ? Mismatch<M> : unknown;

/** The output shape of a stack of layers, or what doesn't fit. */
export type StackOutput<L extends readonly unknown[]> = L extends readonly [infer H, ...unknown[]] ? Chain<L, FirstShape<H>> : Shape;
/** The same, for layers that fit. */
export type OutputOf<L extends readonly unknown[]> = StackOutput<L> extends infer S extends Shape ? S : Shape;
/** The layers themselves, or a type that says why they don't fit each other. */
export type Fitting<L extends readonly unknown[]> = StackOutput<L> extends Mismatch<infer M> ? readonly Mismatch<M>[] : L;

export type { AnyLayer, ShapeFnOf };
