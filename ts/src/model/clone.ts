// A model of the same layers, each made anew.
import { Layer } from '../layers/layer.js';
import { Symbolic } from '../layers/symbolic.js';
import { ModelLayer } from './as_layer.js';
import { Graph } from './graph.js';
import { Model } from './model.js';
import type { Shapes } from './types.js';

/** Layers are copied once, also where they are called several times. */
type Copies = Map<Layer, Layer>;

/** An option, in which there may be layers. */
function copied(value: unknown, copies: Copies): unknown {
  if (value instanceof Layer) return copyOf(value, copies);
  return Array.isArray(value) ? value.map((v) => copied(v, copies)) : value;
}

function copyOf(layer: Layer, copies: Copies): Layer {
  const known = copies.get(layer);
  if (known) return known;
  const { name, trainable, options, config } = layer;
  const own = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, copied(value, copies)]));
  const copy: Layer = layer instanceof ModelLayer ? new ModelLayer(copyGraph(layer.graph, copies), name as string) : layer.like({ ...own, ...options, ...(name !== undefined && { name }) });
  copy.trainable = trainable;
  copies.set(layer, copy);
  return copy;
}

function copyGraph(graph: Graph, copies: Copies): Graph {
  const values = new Map<Symbolic, Symbolic>();
  const of = (symbolic: Symbolic): Symbolic => values.get(symbolic) as Symbolic;
  for (const { symbolic } of graph.inputs) values.set(symbolic, new Symbolic(symbolic.shape, symbolic.dtype, symbolic.name));
  for (const { layer, inputs, outputs } of graph.nodes) {
    const made = Symbolic.call(copyOf(layer, copies), inputs.map(of)).all;
    for (const [i, output] of outputs.entries()) values.set(output, made[i] as Symbolic);
  }
  const ports = (list: Graph['inputs']) => list.map(({ name, symbolic }) => ({ name, symbolic: of(symbolic) }));
  return new Graph(ports(graph.inputs), ports(graph.outputs));
}

/**
 * A model of the same layers under the same names, with weights of its own that begin anew; it isn't compiled. Layers that the model calls
 * several times are one layer in the clone too. Keras's `clone_model`.
 * @example
 * const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
 * const twin = cloneModel(model);
 * await twin.setWeights(await model.getWeights());
 */
export function cloneModel<I extends Shapes, O extends Shapes>(model: Model<I, O>): Model<I, O> {
  const graph = copyGraph(model.core.graph, new Map());
  return new Model<I, O>(model.name, () => graph, model.layout);
}
