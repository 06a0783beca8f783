import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale } from '../core/values.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { axesOf } from './normalize.js';
import type { Same } from './shapes.js';

export interface RotaryEmbeddingConfig extends LayerOptions {
  /** The slowest turn takes this many places, times 2π. Default 10000. */
  readonly maxWavelength?: number;
  /** Places are divided by it. Default 1. */
  readonly scalingFactor?: number;
  /** Axis of the places. Default 1. */
  readonly sequenceAxis?: number;
  /** Axis of the numbers that are turned; even in size. Default −1. */
  readonly featureAxis?: number;
}

/** The two halves of an axis. */
function halves(x: Tensor, axis: number): [Tensor, Tensor] {
  const size = x.shape.map((d, i) => (i === axis ? d / 2 : d));
  const half = (from: number) => ops.slice(x, { begin: x.shape.map((_, i) => (i === axis ? from : 0)), size, stride: x.shape.map(() => 1) });
  return [half(0), half(size[axis] as number)];
}

const definition: LayerDefinition<Resolved<RotaryEmbeddingConfig>> = {
  className: 'RotaryEmbedding',
  defaults: { maxWavelength: 10_000, scalingFactor: 1, sequenceAxis: 1, featureAxis: -1 },
  check({ maxWavelength, scalingFactor }, name) {
    for (const [key, value] of Object.entries({ maxWavelength, scalingFactor }))
      if (!(value > 0)) throw new ConfigError(`${name}: ${key} must be above 0, received ${value}`, { layer: name, received: value });
  },
  call(scope, x) {
    const { maxWavelength, scalingFactor, sequenceAxis, featureAxis } = scope.config;
    const [time = 1] = axesOf(sequenceAxis, x.shape.length, scope.path);
    const [feature = 2] = axesOf(featureAxis, x.shape.length, scope.path);
    const width = x.shape[feature] as number;
    if (time === feature) scope.fail('sequenceAxis and featureAxis must differ', x.shape);
    if (width % 2 !== 0) scope.fail(`turns numbers in pairs: axis ${featureAxis} must be even`, x.shape);
    const shape = x.shape.map((d, i) => (i === time ? d : i === feature ? width / 2 : 1));
    const place = ops.iota(scope.tracer, { shape, dtype: 'float32', axis: time });
    const pair = ops.iota(scope.tracer, { shape, dtype: 'float32', axis: feature });
    const angle = ops.mul(scale(place, 1 / scalingFactor), ops.exp(scale(pair, (-2 / width) * Math.log(maxWavelength))));
    const [cos, sin] = [ops.cos(angle), ops.sin(angle)];
    const [a, b] = halves(x, feature);
    return ops.concat([ops.sub(ops.mul(a, cos), ops.mul(b, sin)), ops.add(ops.mul(b, cos), ops.mul(a, sin))], { axis: feature });
  },
};

/**
 * Turns pairs of numbers by an angle that grows with the place, so that products of queries and keys depend on how far apart they
 * are. Number i of the first half and number i of the second are a pair. Shape and mask pass. Su et al. 2021; KerasHub's
 * RotaryEmbedding.
 * @throws {ShapeError} if the axis of the numbers is odd.
 * @example
 * sequential([layers.dense({ units: 32, inputShape: [20, 16] }), layers.rotaryEmbedding()]);
 */
export const rotaryEmbedding = optional<RotaryEmbeddingConfig, Same>(definition);
