// Layers and options as JSON and back: registered names and options, never code.
import { activations } from '../activations/index.js';
import { ConfigError, FormatError, unknownName } from '../core/errors.js';
import type { Shape } from '../core/tensor.js';
import { initializers } from '../initializers/index.js';
import * as factories from '../layers/index.js';
import { Layer, type LayerOptions } from '../layers/layer.js';
import { Symbolic } from '../layers/symbolic.js';
import { losses } from '../losses/index.js';
import { metrics } from '../metrics/index.js';
import { ModelLayer } from '../model/as_layer.js';
import { Graph, type Port } from '../model/graph.js';
import { optimizers } from '../optimizers/index.js';
import { regularizers } from '../regularizers/index.js';
import { schedules } from '../schedules/index.js';

/** Custom parts by the names that files store. */
export type Custom = Readonly<Record<string, unknown>>;
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const KINDS = { activation: activations, initializer: initializers, regularizer: regularizers, loss: losses, metric: metrics, optimizer: optimizers, schedule: schedules } as const;
type Kind = keyof typeof KINDS;

function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}

/** Which registry an object with a name and a config comes from. */
function kindOf(value: Record<string, unknown>): Kind | undefined {
  if ('distribution' in value) return 'initializer';
  if ('penalty' in value) return 'regularizer';
  if ('settings' in value) return 'optimizer';
  if ('code' in value && 'args' in value) return 'schedule';
  if ('apply' in value) return 'activation';
  if ('reduction' in value) return 'loss';
  if ('direction' in value) return 'metric';
  return undefined;
}

export function toJson(value: unknown, where: string): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((v) => toJson(v, where));
  if (value instanceof Layer) return { $layer: layerToJson(value) };
  if (typeof value === 'function') {
    if (!value.name) throw new ConfigError(`${where}: a function without a name can't be saved; name it and give it to loadModel as custom`);
    return { $custom: value.name };
  }
  if (!isRecord(value)) throw new ConfigError(`${where}: ${typeof value} can't be saved`);
  const kind = kindOf(value);
  if (!kind) return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, toJson(v, where)]));
  const known = Object.hasOwn(KINDS[kind], value.name as string);
  return known ? { [`$${kind}`]: value.name as string, config: toJson(value.config ?? {}, where) } : { $custom: value.name as string };
}

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

function layerToJson(layer: Layer): Json {
  const { name, inputShape, dtype } = { ...layer.options, name: layer.name };
  return {
    class: layer.className,
    name: name ?? null,
    trainable: layer.trainable,
    ...(inputShape && { inputShape: [...inputShape] }),
    ...(dtype && { dtype }),
    ...(layer instanceof ModelLayer && { model: graphToJson(layer.graph) }),
    config: toJson(layer.config, layer.name ?? layer.className),
  };
}

const byClass = new Map(
  [...Object.entries(factories), ['groupedQueryAttention', factories.groupQueryAttention] as const].map(([name, factory]) => [name.toLowerCase(), factory as unknown as (config: object) => Layer]),
);

function layerFromJson(json: Record<string, unknown>, custom: Custom): Layer {
  const className = String(json.class);
  if (json.model !== undefined) return new ModelLayer(graphFromJson(json.model, custom), String(json.name));
  const factory = (Object.hasOwn(custom, className) ? custom[className] : byClass.get(className.toLowerCase())) as ((config: object) => Layer) | undefined;
  if (!factory) throw new FormatError(`the model has a layer of the kind '${className}', which is not known here; pass it as loadModel(source, { custom: { ${className} } })`);
  const options: LayerOptions = {
    ...(typeof json.name === 'string' && { name: json.name }),
    ...(json.trainable === false && { trainable: false }),
    ...(Array.isArray(json.inputShape) && { inputShape: json.inputShape as number[] }),
    ...(typeof json.dtype === 'string' && { dtype: json.dtype as 'float32' }),
  };
  const config = fromJson(json.config ?? {}, custom, className) as object;
  const given = Object.fromEntries(Object.entries(config).filter(([, v]) => v !== null));
  return factory({ ...given, ...options });
}

/** A graph of layers: each layer once, then its calls by number. */
export function graphToJson(graph: Graph): Json {
  const places = new Map<Symbolic, Json>();
  graph.inputs.forEach(({ symbolic }, i) => places.set(symbolic, [-1, i]));
  graph.nodes.forEach((node, n) => node.outputs.forEach((s, i) => places.set(s, [n, i])));
  const place = (s: Symbolic): Json => places.get(s) ?? null;
  return {
    layers: graph.layers.map(layerToJson),
    inputs: graph.inputs.map(({ name, symbolic }) => ({ name, shape: [...symbolic.shape], dtype: symbolic.dtype })),
    nodes: graph.nodes.map((node) => ({ layer: graph.layers.indexOf(node.layer), inputs: node.inputs.map(place) })),
    outputs: graph.outputs.map(({ name, symbolic }) => ({ name, from: place(symbolic) })),
  };
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
