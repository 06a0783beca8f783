import { ops } from '../core/ops.generated.js';
import { number, scale, shift } from '../core/values.js';
import { checkRate } from './dropout.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface AlphaDropoutConfig extends LayerOptions {
  readonly rate: number;
  /** Shape of the mask that is repeated. Default: the input's. */
  readonly noiseShape?: readonly (number | null)[] | null;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

/** −scale·alpha of selu: what dropped values become. */
const LOW = -1.7580993408473766;

const definition: LayerDefinition<Resolved<AlphaDropoutConfig>> = {
  className: 'AlphaDropout',
  defaults: { rate: REQUIRED, noiseShape: null, seed: null },
  check: checkRate,
  call(scope, x) {
    const { rate, noiseShape, seed } = scope.config;
    if (!scope.training || rate === 0) return x;
    const shape = (noiseShape ?? x.shape).map((d, i) => d ?? (x.shape[i] as number));
    const draw = ops.randomUniform(x.tracer, { shape, dtype: 'float32', min: 0, max: 1, key: seed ?? scope.key() });
    const kept = ops.select(ops.greaterEqual(draw, number(draw, rate)), x, number(x, LOW));
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * LOW * LOW));
    return shift(scale(kept, a), -a * LOW * rate);
  },
};

/** Dropout that keeps mean and variance of selu networks. Shape and mask pass. Keras's AlphaDropout (Klambauer and others 2017). */
export const alphaDropout = factory<AlphaDropoutConfig, Same>(definition);
