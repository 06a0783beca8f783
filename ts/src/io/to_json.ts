// Layers and options as JSON: registered names and options, never code.
import { ConfigError } from '../core/errors.js';
import { Layer } from '../layers/layer.js';
import type { Symbolic } from '../layers/symbolic.js';
import { ModelLayer } from '../model/as_layer.js';
import type { Graph } from '../model/graph.js';
import { isRecord, type Json, KINDS, type Kind } from './kinds.js';

/** Which registry an object with a name and a config comes from. */
function kindOf(value: Record<string, unknown>): Kind | undefined {
  if ('distribution' in value) return 'initializer';
  if ('constraint' in value) return 'constraint';
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

function layerToJson(layer: Layer): Json {
  const { name, inputShape, batchInputShape, dtype } = { ...layer.options, name: layer.name };
  return {
    class: layer.className,
    name: name ?? null,
    trainable: layer.trainable,
    ...(inputShape && { inputShape: [...inputShape] }),
    ...(batchInputShape && { batchInputShape: [...batchInputShape] }),
    ...(dtype && { dtype }),
    ...(layer instanceof ModelLayer && { model: graphToJson(layer.graph) }),
    config: toJson(layer.config, layer.name ?? layer.className),
  };
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
