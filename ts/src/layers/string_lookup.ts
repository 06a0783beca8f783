import { DataError } from '../core/errors.js';
import type { Dims } from './factory.js';
import { type OutsideDefinition, OutsideLayer } from './outside.js';
import type { Unknown } from './shapes.js';
import { checkLookup, documents, learned, like, type Lookup, type LookupConfig, listed, lookedUp } from './vocabulary.js';

export interface StringLookupConfig extends LookupConfig<string> {}

/** Lookups of text, alone or in a model. */
export class StringLookup<I> extends OutsideLayer<Unknown, I, Lookup<string>> {
  /** The tokens by their indices, those of mask and unknown ones among them. */
  getVocabulary(): string[] {
    return listed(this.config);
  }
}

const definition: OutsideDefinition<Lookup<string>> = {
  className: 'StringLookup',
  defaults: { maxTokens: null, numOovIndices: 1, maskToken: null, oovToken: '[UNK]', vocabulary: null, idfWeights: null, invert: false, outputMode: 'int' },
  check: checkLookup,
  like,
  transform(values, config, name) {
    const text = typeof values.data[0] === 'string';
    if (text === config.invert) throw new DataError(`${name}: takes ${config.invert ? 'indices, received text' : 'text, received numbers'}`, { layer: name });
    return lookedUp(values, config, name);
  },
  learn: (values, config) => learned(documents<string>(values), config),
};

/**
 * Text by its index in a vocabulary, which is given or learned by `adapt`. In a model it comes first, with `dtype: 'string'`; by itself it
 * answers by `transform`. int32 of the same shape, or columns. Keras's StringLookup; several indices for unknown tokens are shared by
 * another hash than there.
 * @throws {DataError} for a token that isn't in the vocabulary, if numOovIndices is 0.
 * @example
 * const color = layers.stringLookup({ inputShape: [1], dtype: 'string', outputMode: 'oneHot' }).adapt([['red'], ['blue'], ['red']]);
 * const model = sequential([color, layers.dense({ units: 1 })]);
 */
export function stringLookup<const I extends Dims = undefined>(config: StringLookupConfig & { readonly inputShape?: I } = {}): StringLookup<I> {
  return new StringLookup<I>(definition, config as never);
}
