// Layers from Keras's configurations: class names, option names and values as Myelin spells them.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { layers } from 'myelin';
import { camel, type Encoded, golden } from './golden.js';

export interface LayerCase {
  readonly test: string;
  readonly seq: number;
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly args: readonly (Encoded | readonly Encoded[])[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly weights: readonly (Encoded & { readonly path: string })[];
  readonly output: Encoded | readonly Encoded[];
  readonly weights_after?: readonly (Encoded & { readonly path: string })[];
  readonly note?: string;
}
export type BuiltLayer = ReturnType<typeof layers.dense>;
type Factory = (options: object) => BuiltLayer;

const ALIASES: Readonly<Record<string, string>> = { groupedqueryattention: 'groupqueryattention' };
const byClass = new Map(Object.entries(layers).map(([name, factory]) => [name.toLowerCase(), factory as unknown as Factory]));
export const factoryOf = (className: string): Factory | undefined => byClass.get(ALIASES[className.toLowerCase()] ?? className.toLowerCase());

/** Options that say nothing about the output: first weights are overwritten, penalties go elsewhere. */
const SILENT = /^(name|dtype|trainable|quantization_config|seed|synchronized)$|_(initializer|regularizer|constraint)$/;
/** Values of options that are names. */
const NAMED = /activation$|^(padding|data_format|interpolation|merge_mode|score_mode)$/;

/** Options that are on by default; all others are off. */
const ON = /^(use_bias|use_scale|center|scale|reset_after|unit_forget_bias|tie_weights)$/;

interface KerasObject {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}
const isObject = (value: unknown): value is KerasObject => typeof value === 'object' && value !== null && 'class_name' in value;

function optionOf(key: string, value: unknown): unknown {
  if (typeof value === 'string' && NAMED.test(key)) return camel(value);
  if (isObject(value)) return build(value.class_name, value.config);
  return value;
}

/** The layer, or why it can't be made: a class or an option that isn't there yet. */
export function build(className: string, config: Readonly<Record<string, unknown>>): BuiltLayer {
  const factory = factoryOf(className);
  if (!factory) throw new Error(`no ${className}`);
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const empty = (value === null && key !== 'merge_mode') || (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);
    if (empty || SILENT.test(key)) continue;
    // The defaults of Keras; options that Myelin leaves out at these values.
    if ((key === 'data_format' && value === 'channels_last') || (value === false && !ON.test(key))) continue;
    options[camel(key)] = optionOf(key, value);
  }
  try {
    return factory(options);
  } catch (error) {
    const option = /unknown option of \w+ '(\w+)'/.exec((error as Error).message)?.[1];
    throw option ? new Error(`${className}: no option ${option}`) : error;
  }
}

const MASKED = /^(GlobalAveragePooling1D|GRU|LSTM|SimpleRNN|Bidirectional|TimeDistributed|BatchNormalization|Attention|AdditiveAttention)$/;
const isEncoded = (value: unknown): value is Encoded => typeof value === 'object' && value !== null && 'data' in value;
/** Masks of the first values, those of their steps, that a case is called with. */
export function masksOf(c: LayerCase): readonly Encoded[] {
  const masks = [c.kwargs.mask ?? []].flat();
  return MASKED.test(c.layer) && masks.every(isEncoded) ? masks : [];
}

const ATTENTION = /Attention$/;

/** A value with its rows and columns repeated to a larger shape. */
function broadcast(value: Encoded, shape: readonly number[]): Encoded {
  const own = [...shape.map(() => 1), ...value.shape].slice(-shape.length);
  const data = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => {
    let [rest, stride, from] = [index, 1, 0];
    for (let i = shape.length - 1; i >= 0; i--) {
      if (own[i] !== 1) from += (rest % (shape[i] as number)) * stride;
      rest = Math.floor(rest / (shape[i] as number));
      stride *= own[i] as number;
    }
    return Number(value.data[from]);
  });
  return { shape, dtype: 'float32', data };
}

/** A case as a call of values alone: what Keras takes by name are inputs and options here. */
export function positional(c: LayerCase): LayerCase {
  if (ATTENTION.test(c.layer)) return attended(c);
  const { inputs, initial_state: states, ...kwargs } = c.kwargs;
  const args = [...(isEncoded(inputs) ? [inputs] : []), ...c.args, ...([states ?? []].flat() as Encoded[])];
  const second = args[1];
  // The mask of steps may come second.
  if (MASKED.test(c.layer) && states === undefined && isEncoded(second)) return { ...c, args: [args[0] as Encoded, ...args.slice(2)], kwargs: { ...kwargs, mask: second } };
  if (c.layer !== 'Softmax') return { ...c, args, kwargs };
  const [values] = args as [Encoded];
  return overRows(isEncoded(kwargs.mask) ? { ...c, args: [values, broadcast(kwargs.mask, values.shape)], kwargs: { ...kwargs, mask: null } } : { ...c, args, kwargs });
}

/** Rows of a batch never meet here: a softmax that goes over them as well is asked as a batch of one row that holds them all. */
function overRows(c: LayerCase): LayerCase {
  const axes = [c.config.axis].flat() as number[];
  if (!axes.includes(0)) return c;
  const row = (value: unknown): Encoded => ({ ...(value as Encoded), shape: [1, ...(value as Encoded).shape] });
  return { ...c, config: { ...c.config, axis: axes.map((axis) => (axis < 0 ? axis : axis + 1)) }, args: c.args.map(row), output: row(c.output) };
}

function attended(c: LayerCase): LayerCase {
  const { query, value, key, attention_mask: mask, use_causal_mask, return_attention_scores, ...kwargs } = c.kwargs;
  const named = [query, value, key].filter(isEncoded);
  const values = [...(c.args.flat() as Encoded[]), ...named];
  if (isEncoded(mask)) {
    while (values.length < 3) values.push(values.at(-1) as Encoded);
    const rows = (values[0] as Encoded).shape[0] as number;
    const one = [...(mask.data as Iterable<number>)].map(Number);
    const shape = mask.shape.length === 2 ? [1, ...mask.shape] : mask.shape;
    const data = shape[0] === 1 ? Array.from({ length: rows }, () => one).flat() : one;
    values.push({ ...mask, dtype: 'float32', shape: [rows, ...shape.slice(1)], data } as Encoded);
  }
  return { ...c, args: values, kwargs, config: { ...c.config, ...(use_causal_mask === true && { use_causal_mask }), ...(return_attention_scores === true && { return_attention_scores }) } };
}

/** Whether a layer, or one inside it, carries states from call to call. */
export const stateful = (c: LayerCase): boolean => /"stateful":true/.test(JSON.stringify(c.config));

/** Why a case can't be asked in this way, or null. */
export function left(c: LayerCase): string | null {
  if (!factoryOf(c.layer)) return `no ${c.layer}`;
  for (const [key, value] of Object.entries(c.kwargs)) {
    const answered = value === null || value === false || key === 'training' || key === 'reverse' || (key === 'mask' && masksOf(c).length > 0);
    if (!answered) return `called with ${key}`;
  }
  try {
    build(c.layer, c.config);
    return null;
  } catch (error) {
    const { message } = error as Error;
    return /^no |: no option /.test(message) ? message : null;
  }
}

/** All recorded cases with a name each; new recordings are taken up by themselves. */
export function recordedCases(): readonly (readonly [string, LayerCase])[] {
  const files = readdirSync(resolve('../shared/golden')).filter((name) => /^keras_layers_.*\.json$/.test(name));
  return files.flatMap((file) =>
    golden<LayerCase>(file)
      .map(positional)
      .map((c) => [`${file.replace(/^keras_layers_|\.json$/g, '')}: ${c.layer} ${c.seq} ${c.test.split('::').at(-1)}`, c] as const),
  );
}

/** How many recorded cases a layer has, by the layer's name. */
export function recordedLayers(): ReadonlyMap<string, number> {
  const names = new Map(Object.entries(layers).map(([name, factory]) => [factory as unknown as Factory, name]));
  const counts = new Map<string, number>();
  for (const [, c] of recordedCases()) {
    const name = names.get(factoryOf(c.layer) as Factory) ?? c.layer;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
