// Layers and options from JSON: what files may name is registered here or given by the caller.
import { FormatError, unknownName } from '../core/errors.js';
import type { Shape } from '../core/tensor.js';
import * as factories from '../layers/index.js';
import type { Layer, LayerOptions } from '../layers/layer.js';
import { Symbolic } from '../layers/symbolic.js';
import { ModelLayer } from '../model/as_layer.js';
import { Graph, type Port } from '../model/graph.js';
import { isRecord, KINDS, type Kind } from './kinds.js';

/** Custom parts by the names that files store. */
export type Custom = Readonly<Record<string, unknown>>;

export function fromJson(value: unknown, custom: Custom, where: string): unknown {
  if (Array.isArray(value)) return value.map((v) => fromJson(v, custom, where));
  if (!isRecord(value)) return value;
  if (typeof value.$custom === 'string') {
    if (!Object.hasOwn(custom, value.$custom)) throw new FormatError(`${where}: needs '${value.$custom}'; pass it as loadModel(source, { custom: { ${value.$custom} } })`);
    return custom[value.$custom];
  }
  if (isRecord(value.$layer)) return layerFromJson(value.$layer, custom);
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const name = value[`$${kind}`];
    if (typeof name !== 'string') continue;
    const registry = KINDS[kind] as Readonly<Record<string, unknown>>;
    if (!Object.hasOwn(registry, name)) throw new FormatError(unknownName(kind, name, Object.keys(registry)).message);
    const config = fromJson(value.config ?? {}, custom, where);
    return (registry[name] as (options: unknown) => unknown)(config);
  }
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, fromJson(v, custom, where)]));
}

/** Classes that have another name than their factory. */
const ALIASES: Readonly<Record<string, string>> = { groupedqueryattention: 'groupqueryattention' };

function factoryOf(className: string): unknown {
  const wanted = className.toLowerCase();
  return Object.entries(factories).find(([name]) => name.toLowerCase() === (ALIASES[wanted] ?? wanted))?.[1];
}

function layerFromJson(json: Record<string, unknown>, custom: Custom): Layer {
  const className = String(json.class);
  if (json.model !== undefined) return new ModelLayer(graphFromJson(json.model, custom), String(json.name));
  const factory = (Object.hasOwn(custom, className) ? custom[className] : factoryOf(className)) as ((config: object) => Layer) | undefined;
  if (!factory) throw new FormatError(`the model has a layer of the kind '${className}', which is not known here; pass it as loadModel(source, { custom: { ${className} } })`);
  const options: LayerOptions = {
    ...(typeof json.name === 'string' && { name: json.name }),
    ...(json.trainable === false && { trainable: false }),
    ...(Array.isArray(json.inputShape) && { inputShape: json.inputShape as number[] }),
    ...(Array.isArray(json.batchInputShape) && { batchInputShape: json.batchInputShape as number[] }),
    ...(typeof json.dtype === 'string' && { dtype: json.dtype as 'float32' }),
  };
  return factory({ ...(fromJson(json.config ?? {}, custom, className) as object), ...options });
}

const list = (value: unknown, what: string): readonly Record<string, unknown>[] => {
  if (!Array.isArray(value) || !value.every(isRecord)) throw new FormatError(`the model's ${what} can't be read`);
  return value;
};

export function graphFromJson(json: unknown, custom: Custom): Graph {
  if (!isRecord(json)) throw new FormatError('the file describes no model');
  const layers = list(json.layers, 'layers').map((layer) => layerFromJson(layer, custom));
  const inputs = list(json.inputs, 'inputs').map((input): Port => {
    const shape = input.shape;
    if (!Array.isArray(shape) || !shape.every((d) => d === null || (Number.isSafeInteger(d) && d > 0))) throw new FormatError("the shape of the model's input can't be read");
    return { name: String(input.name), symbolic: new Symbolic(shape as Shape, (input.dtype as 'float32') ?? 'float32', String(input.name)) };
  });
  const made: (readonly Symbolic[])[] = [];
  const find = (place: unknown): Symbolic => {
    const [node, index] = Array.isArray(place) ? (place as number[]) : [];
    const found = node === -1 ? inputs[index ?? -1]?.symbolic : made[node ?? -1]?.[index ?? -1];
    if (!found) throw new FormatError("a connection of the model can't be read");
    return found;
  };
  for (const node of list(json.nodes, 'connections')) {
    const layer = layers[node.layer as number];
    if (!layer || !Array.isArray(node.inputs)) throw new FormatError("a connection of the model can't be read");
    made.push(Symbolic.call(layer, node.inputs.map(find)).all);
  }
  const outputs = list(json.outputs, 'outputs').map(({ name, from }): Port => ({ name: String(name), symbolic: find(from) }));
  return new Graph(inputs, outputs);
}
