import type { Dims } from './factory.js';
import { OutsideLayer } from './outside.js';
import type { Unknown } from './shapes.js';
import { type Lookup, type LookupConfig, lookup } from './vocabulary.js';

export interface StringLookupConfig extends LookupConfig<string> {}

const definition = lookup<string>('StringLookup', '[UNK]');

/**
 * Text by its index in a vocabulary, which is given or learned by `adapt`. In a model it comes first, with `dtype: 'string'`; by itself it
 * answers by `transform`. int32 of the same shape, or columns. Keras's StringLookup; several indices for unknown tokens are shared by
 * another hash than there.
 * @throws {DataError} for a token that isn't in the vocabulary, if numOovIndices is 0.
 * @example
 * const color = layers.stringLookup({ inputShape: [1], dtype: 'string', outputMode: 'oneHot' }).adapt([['red'], ['blue'], ['red']]);
 * const model = sequential([color, layers.dense({ units: 1 })]);
 */
export function stringLookup<const I extends Dims = undefined>(config: StringLookupConfig & { readonly inputShape?: I } = {}): OutsideLayer<Unknown, I, Lookup<string>, string> {
  return new OutsideLayer<Unknown, I, Lookup<string>, string>(definition, config as never);
}
