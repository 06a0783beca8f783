import { ConfigError } from '../core/errors.js';
import type { Shape } from '../core/tensor.js';
import { type AnyLayer, Layer } from '../layers/layer.js';
import { Symbolic } from '../layers/symbolic.js';
import { Graph, snake } from './graph.js';
import { Model } from './model.js';
import type { Base, FirstShape, FitsOn, Fitting, NextShape, OutputOf, StackOutput } from './types.js';

/** A stack of layers. */
export class Sequential<I extends Shape = Shape, O extends Shape = Shape, K extends string = string> extends Model<I, O, K> {
  constructor(
    private readonly stack: Layer[],
    name: string,
  ) {
    super(name, () => stacked(stack));
  }
  /** Adds a layer on top; answers the same model with its new type. */
  add<L extends AnyLayer>(layer: L & FitsOn<O, L>): Sequential<Base<I, L>, NextShape<O, L>, K> {
    if (this.built) throw new ConfigError('add: the model is built already; add layers before compile, fit and summary');
    this.stack.push(layer as unknown as Layer);
    return this as never;
  }
}

function stacked(layers: readonly Layer[]): Graph {
  const [first] = layers;
  if (!first) throw new ConfigError('sequential: there are no layers');
  const { inputShape, batchInputShape, dtype } = first.options;
  const shape = batchInputShape ?? (inputShape && [null, ...inputShape]);
  if (!shape)
    throw new ConfigError(`sequential: the first layer, ${first.className}, must say what it takes: give it an inputShape without the batch, such as inputShape: [784]`, {
      layer: first.name,
      expected: 'inputShape',
    });
  name(layers);
  const input = new Symbolic(shape, dtype ?? 'float32', 'input');
  const output = layers.reduce<Symbolic>((x, layer) => Symbolic.call(layer, [x]), input);
  return new Graph([{ name: 'input', symbolic: input }], [{ name: layers.at(-1)?.name ?? 'output', symbolic: output }]);
}

/** Names before the first trace, so that messages can use them. */
function name(layers: readonly Layer[]): void {
  const taken = new Set(layers.map((l) => l.name));
  for (const layer of new Set(layers)) {
    if (layer.name !== undefined) continue;
    const base = snake(layer.className);
    let own = base;
    for (let i = 1; taken.has(own); i++) own = `${base}_${i}`;
    taken.add(own);
    layer.name = own;
  }
}

/**
 * A model of layers one after the other. The first says its `inputShape`.
 * Layers that don't fit each other are a compile error where the type system can tell, else a ShapeError.
 * @example
 * const model = sequential([
 *   layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
 *   layers.dense({ units: 1, activation: 'sigmoid' }),
 * ]);
 */
export function sequential(): Sequential;
export function sequential<const L extends readonly AnyLayer[]>(
  layers: L & Fitting<L>,
  options?: { readonly name?: string },
): Sequential<L extends readonly [infer H, ...unknown[]] ? (FirstShape<H> extends infer S extends Shape ? S : Shape) : Shape, OutputOf<L>>;
export function sequential(layers: readonly AnyLayer[] = [], options: { readonly name?: string } = {}): unknown {
  for (const layer of layers) if (!(layer instanceof Layer)) throw new ConfigError('sequential: takes a list of layers made by the factories in `layers`', { received: layer });
  return new Sequential([...layers] as unknown as Layer[], options.name ?? 'sequential');
}
export type { StackOutput };
