import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { number } from '../core/values.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface DropoutConfig extends LayerOptions {
  /** Share of values that become 0, from 0 up to, not including, 1. */
  readonly rate: number;
  /** Shape of the mask that is repeated over the input; null in it means the input's own size. Default: the input's shape. */
  readonly noiseShape?: readonly (number | null)[] | null;
  /** Key of the noise, beside the seed of the run. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

type Config = Required<Omit<DropoutConfig, keyof LayerOptions>>;

/** Refuses rates outside of [0, 1). */
export function checkRate({ rate }: { rate: number }, name: string): void {
  if (!(rate >= 0 && rate < 1)) throw new ConfigError(`${name}: rate must be at least 0 and below 1, received ${rate}`, { layer: name, received: rate });
}

const definition: LayerDefinition<Config> = {
  className: 'Dropout',
  defaults: { rate: undefined as unknown as number, noiseShape: null, seed: null },
  check: checkRate,
  call(scope, x) {
    const { rate, noiseShape, seed } = scope.config;
    if (!scope.training || rate === 0) return x;
    const key = seed ?? scope.key();
    if (!noiseShape) return ops.dropout(x, { rate, key });
    const shape = noiseShape.map((d, i) => d ?? (x.shape[i] as number));
    const ones = ops.broadcastTo(number(x, 1), { shape });
    return ops.mul(x, ops.dropout(ones, { rate, key }));
  },
};

/**
 * Sets a share of the values to 0 while training and scales the others by 1/(1 − rate). Shape and mask pass.
 * Keras's Dropout (Srivastava and others 2014).
 * @example
 * sequential([layers.dense({ units: 8, inputShape: [4] }), layers.dropout({ rate: 0.5 }), layers.dense({ units: 1 })]);
 */
export function dropout<const I extends readonly (number | null)[] | undefined = undefined>(config: DropoutConfig & { readonly inputShape?: I }) {
  return new Layer<Same, I, Config>(definition, config as never);
}
