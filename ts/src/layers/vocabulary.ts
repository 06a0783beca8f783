// Tokens and their indices: what lookups and text vectorization share. Indices begin with the mask, if there is one, then those of
// unknown tokens, then the vocabulary.
import { ConfigError, DataError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { int } from '../core/values.js';
import type { Values } from '../data/intake.js';
import { checkMode, ENCODINGS, type Encoding } from './category_encoding.js';
import { hash, type LayerOptions, type Scope } from './layer.js';
import { type OutsideDefinition, unlearned } from './outside.js';

export type LookupMode = Encoding | 'tfIdf';

/** Options of layers that look tokens up. */
export interface LookupConfig<T extends string | number> extends LayerOptions {
  /** Most indices, those of the mask and of unknown tokens counted. Default none. */
  readonly maxTokens?: number | null;
  /** Indices for unknown tokens, which share them by a hash. Default 1; with 0 an unknown token is an error. */
  readonly numOovIndices?: number;
  /** The token of index 0, for padding. Default none. */
  readonly maskToken?: T | null;
  /** What unknown tokens become on the way back. */
  readonly oovToken?: T;
  /** The tokens by their indices, without those of mask and unknown ones; or `adapt` learns them. */
  readonly vocabulary?: readonly T[] | null;
  /** Weight of each token for 'tfIdf'; `adapt` learns them. */
  readonly idfWeights?: readonly number[] | null;
  /** Whether indices become tokens. Default false. */
  readonly invert?: boolean;
  /** 'int': indices; columns as categoryEncoding makes them; 'tfIdf': counts weighed by how rare a token is. Default 'int'. */
  readonly outputMode?: LookupMode;
}
export type Lookup<T extends string | number> = Required<Omit<LookupConfig<T>, keyof LayerOptions>>;

const MODES: readonly LookupMode[] = [...ENCODINGS, 'tfIdf'];

export function checkLookup<T extends string | number>(config: Lookup<T>, name: string): void {
  const { maxTokens, numOovIndices, vocabulary, outputMode, invert } = config;
  checkMode(outputMode, name, MODES);
  if (!Number.isInteger(numOovIndices) || numOovIndices < 0)
    throw new ConfigError(`${name}: numOovIndices must be a whole number from 0 up, received ${numOovIndices}`, { layer: name, received: numOovIndices });
  if (maxTokens !== null && !(maxTokens > special(config)))
    throw new ConfigError(`${name}: maxTokens must leave room for tokens beside ${special(config)} special ones, received ${maxTokens}`, { layer: name, received: maxTokens });
  if (invert && outputMode !== 'int') throw new ConfigError(`${name}: invert goes with outputMode 'int'`, { layer: name });
  const twice = vocabulary?.find((token, i) => vocabulary.indexOf(token) !== i);
  if (twice !== undefined) throw new ConfigError(`${name}: the vocabulary has '${twice}' twice`, { layer: name, received: twice });
}

const masked = <T extends string | number>({ maskToken, outputMode }: Lookup<T>): number => (maskToken !== null && outputMode === 'int' ? 1 : 0);
/** Indices before those of the vocabulary. */
export const special = <T extends string | number>(config: Lookup<T>): number => masked(config) + config.numOovIndices;

/** All tokens by their indices. */
export function listed<T extends string | number>(config: Lookup<T>): T[] {
  return [...(masked(config) ? [config.maskToken as T] : []), ...new Array<T>(config.numOovIndices).fill(config.oovToken), ...(config.vocabulary ?? [])];
}

/** Vocabularies are learned by how often a token is there, the last in the alphabet first among equals; Keras's order. */
export function learned<T extends string | number>(documents: readonly (readonly T[])[], config: Lookup<T>): Pick<Lookup<T>, 'vocabulary' | 'idfWeights'> {
  const counts = new Map<T, number>();
  const rows = new Map<T, number>();
  for (const document of documents) {
    for (const token of document) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const token of new Set(document)) rows.set(token, (rows.get(token) ?? 0) + 1);
  }
  for (const token of [config.maskToken, config.oovToken]) if (token !== null) counts.delete(token);
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? 1 : -1)).map(([token]) => token);
  const vocabulary = config.maxTokens === null ? sorted : sorted.slice(0, config.maxTokens - special(config));
  const idfWeights = config.outputMode === 'tfIdf' ? vocabulary.map((token) => Math.log(1 + documents.length / (1 + (rows.get(token) as number)))) : null;
  return { vocabulary, idfWeights };
}

const remembered = new WeakMap<readonly unknown[], ReadonlyMap<string | number, number>>();
function places(vocabulary: readonly (string | number)[]): ReadonlyMap<string | number, number> {
  const known = remembered.get(vocabulary) ?? new Map(vocabulary.map((token, i) => [token, i]));
  remembered.set(vocabulary, known);
  return known;
}

/** A function from tokens to indices. */
export function indexer<T extends string | number>(config: Lookup<T>, name: string): (token: T) => number {
  const { vocabulary, numOovIndices, maskToken } = config;
  if (!vocabulary) throw unlearned(name);
  const known = places(vocabulary);
  const mask = masked(config);
  return (token) => {
    if (mask && token === maskToken) return 0;
    const place = known.get(token);
    if (place !== undefined) return special(config) + place;
    if (numOovIndices === 0) throw new DataError(`${name}: '${token}' is not in the vocabulary, and numOovIndices is 0`, { layer: name, received: token });
    if (numOovIndices === 1) return mask;
    return mask + (typeof token === 'number' ? ((token % numOovIndices) + numOovIndices) % numOovIndices : (hash(token) >>> 0) % numOovIndices);
  };
}

/** Columns of a row that is written in them. */
export function depth<T extends string | number>(config: Lookup<T>, name: string): number {
  if (!config.vocabulary) throw unlearned(name);
  return config.numOovIndices + config.vocabulary.length;
}

/** Lists of indices as columns, a row each. */
export function columns<T extends string | number>(rows: readonly (readonly number[])[], config: Lookup<T>, name: string): Values {
  const width = depth(config, name);
  const { idfWeights, outputMode, numOovIndices } = config;
  if (outputMode === 'tfIdf' && !idfWeights) throw new ConfigError(`${name}: tfIdf needs idfWeights; call adapt, or give them`, { layer: name });
  const rare = idfWeights ?? [];
  const unknown = rare.reduce((a, b) => a + b, 0) / rare.length;
  const data = new Float32Array(rows.length * width);
  rows.forEach((indices, row) => {
    for (const index of indices) {
      const at = row * width + index;
      if (outputMode === 'count') data[at] = (data[at] as number) + 1;
      else if (outputMode === 'tfIdf') data[at] = (data[at] as number) + (index < numOovIndices ? unknown : (rare[index - numOovIndices] as number));
      else data[at] = 1;
    }
  });
  return { data, shape: [rows.length, width] };
}

/** Tokens as indices or columns. */
function lookedUp<T extends string | number>({ data, shape }: Values, config: Lookup<T>, name: string): Values {
  const text = typeof config.oovToken === 'string' && !config.invert;
  if (text !== (typeof data[0] === 'string')) throw new DataError(`${name}: takes ${text ? 'text, received numbers' : 'whole numbers, received text'}`, { layer: name, received: data[0] });
  if (config.invert) {
    if (!config.vocabulary) throw unlearned(name);
    const tokens = listed(config);
    const found = Array.from(data as ArrayLike<number>, (index) => tokens[index] ?? config.oovToken);
    return { data: typeof config.oovToken === 'number' ? Int32Array.from(found as number[]) : (found as string[]), shape };
  }
  const index = indexer(config, name);
  const indices = Array.from(data as unknown as ArrayLike<T>, index);
  if (config.outputMode === 'int') return { data: Int32Array.from(indices), shape };
  const single = config.outputMode === 'oneHot';
  const perRow = single ? 1 : (shape.at(-1) ?? 1);
  const rows = Array.from({ length: indices.length / perRow }, (_, i) => indices.slice(i * perRow, (i + 1) * perRow));
  const outer = shape.length > 1 && (!single || shape.at(-1) === 1) ? shape.slice(0, -1) : shape;
  const { data: made } = columns(rows, config, name);
  return { data: made, shape: [...outer, depth(config, name)] };
}

/** The rows of values as lists of tokens. */
function documents<T extends string | number>({ data, shape }: Values): T[][] {
  const rows = shape[0] ?? 0;
  const width = data.length / rows;
  return Array.from({ length: rows }, (_, i) => Array.from(data.slice(i * width, (i + 1) * width) as unknown as ArrayLike<T>));
}

/** A value as the answer to x will be. */
function outline<T extends string | number>(scope: Scope<Lookup<T>>, x: Tensor): Tensor {
  const { outputMode } = scope.config;
  if (outputMode === 'int') return int(x);
  const outer = x.shape.length > 1 && (outputMode !== 'oneHot' || x.shape.at(-1) === 1) ? x.shape.slice(0, -1) : x.shape;
  return ops.constant(x.tracer, { shape: [...outer, depth(scope.config, scope.path)], dtype: 'float32', value: 0 });
}

/** The definition of a layer that looks tokens up as they are. */
/* @__NO_SIDE_EFFECTS__ */
export function lookup<T extends string | number>(className: string, oovToken: T): OutsideDefinition<Lookup<T>, T> {
  return {
    className,
    defaults: { maxTokens: null, numOovIndices: 1, maskToken: null, oovToken, vocabulary: null, idfWeights: null, invert: false, outputMode: 'int' },
    check: checkLookup,
    outline,
    transform: lookedUp,
    vocabulary: listed,
    learn: (values, config) => learned(documents<T>(values), config),
  };
}
