import { DataError } from '../core/errors.js';
import type { Dims } from './factory.js';
import { type OutsideDefinition, OutsideLayer } from './outside.js';
import type { Unknown } from './shapes.js';
import { checkLookup, documents, learned, like, type Lookup, type LookupConfig, listed, lookedUp } from './vocabulary.js';

export interface IntegerLookupConfig extends LookupConfig<number> {}

/** Lookups of whole numbers, alone or in a model. */
export class IntegerLookup<I> extends OutsideLayer<Unknown, I, Lookup<number>> {
  /** The numbers by their indices, those of mask and unknown ones among them. */
  getVocabulary(): number[] {
    return listed(this.config);
  }
}

const definition: OutsideDefinition<Lookup<number>> = {
  className: 'IntegerLookup',
  defaults: { maxTokens: null, numOovIndices: 1, maskToken: null, oovToken: -1, vocabulary: null, idfWeights: null, invert: false, outputMode: 'int' },
  check: checkLookup,
  like,
  transform(values, config, name) {
    if (typeof values.data[0] === 'string') throw new DataError(`${name}: takes whole numbers, received text; stringLookup takes text`, { layer: name });
    return lookedUp(values, config, name);
  },
  learn: (values, config) => learned(documents<number>(values), config),
};

/**
 * Whole numbers by their index in a vocabulary, which is given or learned by `adapt`. In a model it comes first, with `dtype: 'int32'`; by
 * itself it answers by `transform`. Keras's IntegerLookup.
 * @throws {DataError} for a number that isn't in the vocabulary, if numOovIndices is 0.
 * @example
 * const code = layers.integerLookup({ vocabulary: [404, 500], inputShape: [1], dtype: 'int32', outputMode: 'oneHot' });
 * const model = sequential([code, layers.dense({ units: 1 })]);
 */
export function integerLookup<const I extends Dims = undefined>(config: IntegerLookupConfig & { readonly inputShape?: I } = {}): IntegerLookup<I> {
  return new IntegerLookup<I>(definition, config as never);
}
