import { ops } from '../core/ops.generated.js';
import { scale } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface SinePositionEncodingConfig extends LayerOptions {
  /** The slowest wave is this long, times 2π. Default 10000. */
  readonly maxWavelength?: number;
}

const definition: LayerDefinition<Resolved<SinePositionEncodingConfig>> = {
  className: 'SinePositionEncoding',
  defaults: { maxWavelength: 10_000 },
  call(scope, x) {
    const [, places = 1, width = 1] = x.shape;
    if (x.shape.length !== 3) scope.fail('takes [batch, places, width]', x.shape);
    const shape = [places, width];
    const place = ops.iota(scope.tracer, { shape, dtype: 'float32', axis: 0 });
    const column = ops.iota(scope.tracer, { shape, dtype: 'float32', axis: 1 });
    const pair = ops.floor(scale(column, 0.5));
    const odd = ops.sub(column, scale(pair, 2));
    const angle = ops.mul(place, ops.exp(scale(pair, (-2 / width) * Math.log(scope.config.maxWavelength))));
    return ops.add(x, ops.select(odd, ops.cos(angle), ops.sin(angle)));
  },
};

/**
 * Adds a wave for each place to [batch, places, width]: sines in even columns, cosines in odd ones, of wavelengths from 2π to
 * 2π·maxWavelength. Nothing is learned, and sequences may have any length. Vaswani et al. 2017.
 * @example
 * sequential([layers.embedding({ inputDim: 1000, outputDim: 32, inputShape: [20], dtype: 'int32' }), layers.sinePositionEncoding()]);
 */
export const sinePositionEncoding = optional<SinePositionEncodingConfig, Same>(definition);
