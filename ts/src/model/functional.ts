import { ConfigError } from '../core/errors.js';
import type { Shape } from '../core/tensor.js';
import { Symbolic } from '../layers/symbolic.js';
import { Graph, type Port } from './graph.js';
import { Model, type Structure } from './model.js';
import type { Shapes } from './types.js';

/** One symbolic value, a list, or a record by names. */
export type Symbols = Symbolic | readonly Symbolic[] | { readonly [name: string]: Symbolic };
/** Their shapes, in the same form. */
export type ShapesOf<S> = S extends Symbolic<infer T> ? T : { readonly [K in keyof S]: S[K] extends Symbolic<infer T> ? T : Shape };

function ports(given: Symbols, what: string): [Port[], Structure] {
  if (given instanceof Symbolic) return [[{ name: given.name ?? what, symbolic: given }], 'single'];
  if (Array.isArray(given)) return [given.map((symbolic: Symbolic, i) => ({ name: symbolic.name ?? symbolic.node?.layer.name ?? `${what}_${i}`, symbolic })), 'list'];
  return [Object.entries(given as Record<string, Symbolic>).map(([name, symbolic]) => ({ name, symbolic })), 'record'];
}

/**
 * A model from inputs to outputs through layers that were applied to symbolic values: one value, a list, or a record by names.
 * @example
 * const x = input({ shape: [16] });
 * const model = functional({ inputs: x, outputs: layers.dense({ units: 1 }).apply(x) });
 */
export function functional<const A extends Symbols, const B extends Symbols>(options: {
  readonly inputs: A;
  readonly outputs: B;
  readonly name?: string;
}): Model<ShapesOf<A> extends infer S extends Shapes ? S : Shapes, ShapesOf<B> extends infer S extends Shapes ? S : Shapes> {
  const [inputs] = ports(options.inputs, 'input');
  const [outputs, structure] = ports(options.outputs, 'output');
  for (const { symbolic, name } of [...inputs, ...outputs])
    if (!(symbolic instanceof Symbolic)) throw new ConfigError(`functional: '${name}' is no symbolic value; make it with input() or a layer's apply`);
  return new Model(options.name ?? 'functional', () => new Graph(inputs, outputs), structure) as never;
}
