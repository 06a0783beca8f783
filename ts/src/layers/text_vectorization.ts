import { ConfigError, DataError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Values } from '../data/intake.js';
import type { Dims, Resolved } from './factory.js';
import type { LayerOptions } from './layer.js';
import { type OutsideDefinition, OutsideLayer } from './outside.js';
import type { Unknown } from './shapes.js';
import { checkLookup, columns, depth, indexer, learned, type Lookup, type LookupMode, listed } from './vocabulary.js';

export type Standardize = 'lowerAndStripPunctuation' | 'lower' | 'stripPunctuation';

export interface TextVectorizationConfig extends LayerOptions {
  /** Most indices, those of padding and unknown words counted. Default none. */
  readonly maxTokens?: number | null;
  /** What is done to a text first; a function of one's own is given again to loadModel by its name. Default 'lowerAndStripPunctuation'. */
  readonly standardize?: Standardize | ((text: string) => string) | null;
  /** How it's cut into words. Default 'whitespace'. */
  readonly split?: 'whitespace' | 'character' | ((text: string) => readonly string[]) | null;
  /** Adds runs of up to so many words, or of these lengths alone. Default none. */
  readonly ngrams?: number | readonly number[] | null;
  /** 'int': an index for each word; or a column for each word of the vocabulary. Default 'int'. */
  readonly outputMode?: Exclude<LookupMode, 'oneHot'>;
  /** Longer texts are cut, shorter ones padded with 0; for 'int'. Default: the longest of the call. */
  readonly outputSequenceLength?: number | null;
  /** The words by their indices, without those of padding and unknown ones; or `adapt` learns them. */
  readonly vocabulary?: readonly string[] | null;
  /** Weight of each word for 'tfIdf'; `adapt` learns them. */
  readonly idfWeights?: readonly number[] | null;
}
type Config = Resolved<TextVectorizationConfig>;

const PUNCTUATION = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;
const STANDARDS: Readonly<Record<Standardize, (text: string) => string>> = {
  lowerAndStripPunctuation: (text) => text.toLowerCase().replace(PUNCTUATION, ''),
  lower: (text) => text.toLowerCase(),
  stripPunctuation: (text) => text.replace(PUNCTUATION, ''),
};

const lookup = ({ maxTokens, outputMode, vocabulary, idfWeights }: Config): Lookup<string> => ({
  maxTokens,
  outputMode,
  vocabulary,
  idfWeights,
  numOovIndices: 1,
  maskToken: '',
  oovToken: '[UNK]',
  invert: false,
});

function words(text: string, { standardize, split, ngrams }: Config): readonly string[] {
  const standard = typeof standardize === 'function' ? standardize : standardize === null ? (given: string) => given : STANDARDS[standardize];
  const plain = standard(text);
  const single = typeof split === 'function' ? split(plain) : split === null ? [plain] : split === 'character' ? [...plain] : plain.split(/\s+/).filter(Boolean);
  if (ngrams === null) return single;
  const lengths = typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, i) => i + 1) : ngrams;
  return lengths.flatMap((n) => Array.from({ length: Math.max(0, single.length - n + 1) }, (_, i) => single.slice(i, i + n).join(' ')));
}

/** The words of each text; a row is one text. */
function texts({ data, shape }: Values, config: Config, name: string): (readonly string[])[] {
  const [rows = 0] = shape;
  if (data.length !== rows) throw new DataError(`${name}: takes one text per row, received rows of ${data.length / rows}`, { layer: name, received: shape });
  return Array.from(data as ArrayLike<string | number>, (text, i) => {
    if (typeof text !== 'string') throw new DataError(`${name}: takes text, received ${text} at row ${i}`, { layer: name, received: text });
    return words(text, config);
  });
}

const definition: OutsideDefinition<Config, string> = {
  className: 'TextVectorization',
  defaults: { maxTokens: null, standardize: 'lowerAndStripPunctuation', split: 'whitespace', ngrams: null, outputMode: 'int', outputSequenceLength: null, vocabulary: null, idfWeights: null },
  check(config, name) {
    const { standardize, split, outputSequenceLength, outputMode } = config;
    if ((outputMode as LookupMode) === 'oneHot') throw new ConfigError(`${name}: outputMode must be 'int', 'multiHot', 'count' or 'tfIdf', received 'oneHot'`, { layer: name });
    checkLookup(lookup(config), name);
    if (typeof standardize === 'string' && !Object.hasOwn(STANDARDS, standardize))
      throw new ConfigError(`${name}: standardize must be one of ${Object.keys(STANDARDS).join(', ')}, a function or null, received '${standardize}'`, { layer: name });
    if (typeof split === 'string' && split !== 'whitespace' && split !== 'character')
      throw new ConfigError(`${name}: split must be 'whitespace', 'character', a function or null, received '${split}'`, { layer: name });
    if (outputSequenceLength !== null && (!Number.isInteger(outputSequenceLength) || outputSequenceLength < 1))
      throw new ConfigError(`${name}: outputSequenceLength must be a whole number above 0, received ${outputSequenceLength}`, { layer: name });
  },
  outline(scope, x) {
    const [batch = 1] = x.shape;
    const { outputMode, outputSequenceLength } = scope.config;
    const width = outputMode === 'int' ? (outputSequenceLength ?? 64 * batch) : depth(lookup(scope.config), scope.path);
    return ops.constant(x.tracer, { shape: [batch, width], dtype: outputMode === 'int' ? 'int32' : 'float32', value: 0 });
  },
  transform(values, config, name) {
    const own = lookup(config);
    const index = indexer(own, name);
    const rows = texts(values, config, name).map((list) => list.map(index));
    if (config.outputMode !== 'int') return columns(rows, own, name);
    const width = config.outputSequenceLength ?? Math.max(1, ...rows.map((row) => row.length));
    const data = new Int32Array(rows.length * width);
    rows.forEach((row, i) => data.set(row.slice(0, width), i * width));
    return { data, shape: [rows.length, width] };
  },
  vocabulary: (config) => listed(lookup(config)),
  learn: (values, config, name) => learned(texts(values, config, name), lookup(config)),
};

/**
 * Text as words: lower case without punctuation, cut at white space, each word its index in a vocabulary that is given or learned by `adapt`.
 * In a model it comes first, with `dtype: 'string'`; by itself it answers by `transform`. Index 0 is padding, 1 an unknown word. [batch] or
 * [batch, 1] → int32 [batch, words], or columns [batch, vocabulary]. Keras's TextVectorization.
 * @example
 * const read = layers.textVectorization({ outputSequenceLength: 4, inputShape: [1], dtype: 'string' }).adapt(['so it goes', 'it does']);
 * const model = sequential([read, layers.embedding({ inputDim: read.getVocabulary().length, outputDim: 8 }), layers.flatten(), layers.dense({ units: 1 })]);
 */
export function textVectorization<const I extends Dims = undefined>(config: TextVectorizationConfig & { readonly inputShape?: I } = {}): OutsideLayer<Unknown, I, Config, string> {
  return new OutsideLayer<Unknown, I, Config, string>(definition, config as never);
}
