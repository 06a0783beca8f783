import type { Dims } from './factory.js';
import { OutsideLayer } from './outside.js';
import type { Unknown } from './shapes.js';
import { type Lookup, type LookupConfig, lookup } from './vocabulary.js';

export interface IntegerLookupConfig extends LookupConfig<number> {}

const definition = lookup<number>('IntegerLookup', -1);

/**
 * Whole numbers by their index in a vocabulary, which is given or learned by `adapt`. In a model it comes first, with `dtype: 'int32'`; by
 * itself it answers by `transform`. Keras's IntegerLookup.
 * @throws {DataError} for a number that isn't in the vocabulary, if numOovIndices is 0.
 * @example
 * const code = layers.integerLookup({ vocabulary: [404, 500], inputShape: [1], dtype: 'int32', outputMode: 'oneHot' });
 * const model = sequential([code, layers.dense({ units: 1 })]);
 */
export function integerLookup<const I extends Dims = undefined>(config: IntegerLookupConfig & { readonly inputShape?: I } = {}): OutsideLayer<Unknown, I, Lookup<number>, number> {
  return new OutsideLayer<Unknown, I, Lookup<number>, number>(definition, config as never);
}
