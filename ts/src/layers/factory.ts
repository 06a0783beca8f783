import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { ShapeFn } from './shapes.js';

/** A layer's own options, all present. */
export type Resolved<O> = Required<Omit<O, keyof LayerOptions>>;
/** The shape of a row, if it is given. */
export type Dims = readonly (number | null)[] | undefined;

/** Stands as default of an option that must be given. */
export const REQUIRED = undefined as never;

/** The factory of a layer whose shape function doesn't depend on its options. */
/* @__NO_SIDE_EFFECTS__ */
export function factory<O extends LayerOptions, F extends ShapeFn>(definition: LayerDefinition<Resolved<O>>) {
  return <const I extends Dims = undefined>(config: O & { readonly inputShape?: I }): Layer<F, I, Resolved<O>> => new Layer(definition, config as never);
}

/** The same where no option must be given. */
/* @__NO_SIDE_EFFECTS__ */
export function optional<O extends LayerOptions, F extends ShapeFn>(definition: LayerDefinition<Resolved<O>>) {
  return <const I extends Dims = undefined>(config: O & { readonly inputShape?: I } = {} as never): Layer<F, I, Resolved<O>> => new Layer(definition, config as never);
}

/** One number for all of `n` axes, or one for each. */
export function each(value: number | readonly number[], n: number): readonly number[] {
  return typeof value === 'number' ? new Array<number>(n).fill(value) : value;
}
