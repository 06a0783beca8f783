import { ops } from '../core/ops.generated.js';
import { type Dims, REQUIRED } from './factory.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Mismatch, ShapeFn } from './shapes.js';

export interface RepeatVectorConfig extends LayerOptions {
  /** How many times. */
  readonly n: number;
}
/** A vector N times. */
export interface Repeated<N extends number> extends ShapeFn {
  readonly out: this['in'] extends readonly [infer B, infer F extends number | null]
    ? readonly [B, N, F]
    : this['in'] extends readonly (infer _)[]
      ? number extends this['in']['length']
        ? readonly (number | null)[]
        : Mismatch<'repeatVector takes [batch, features]'>
      : never;
}

const definition: LayerDefinition<{ n: number }> = {
  className: 'RepeatVector',
  defaults: { n: REQUIRED },
  mask: null,
  call(scope, x) {
    const [batch = 1, features = 1] = x.shape;
    if (x.shape.length !== 2) scope.fail('takes [batch, features]', x.shape);
    return ops.broadcastTo(ops.reshape(x, { shape: [batch, 1, features] }), { shape: [batch, scope.config.n, features] });
  },
};

/**
 * A vector repeated as a sequence. [batch, features] → [batch, n, features]. Keras's RepeatVector.
 * @example
 * sequential([layers.repeatVector({ n: 3, inputShape: [32] })]);
 */
export function repeatVector<const N extends number, const I extends Dims = undefined>(config: RepeatVectorConfig & { readonly n: N; readonly inputShape?: I }) {
  return new Layer<Repeated<N>, I, { n: number }>(definition, config as never);
}
