import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale } from '../core/values.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import { type AnyLayer, Layer, type LayerDefinition, type LayerOptions, type Scope } from './layer.js';
import { sequenceMask, type SequenceConfig } from './recurrent.js';
import type { Unknown } from './shapes.js';

export interface BidirectionalConfig extends LayerOptions {
  /** A recurrent layer. */
  readonly layer: AnyLayer;
  /** How both directions become one value; null: a list. Default 'concat'. */
  readonly mergeMode?: 'concat' | 'sum' | 'mul' | 'ave' | null;
  /** The layer that walks backwards. Default: one like `layer`. */
  readonly backwardLayer?: AnyLayer | null;
}
type Config = Resolved<BidirectionalConfig>;

const pairs = new WeakMap<Layer, [forward: Layer, backward: Layer]>();

/** Both directions; the second is made like the first unless it was given. */
function directions(layer: Layer): [Layer, Layer] {
  const known = pairs.get(layer);
  if (known) return known;
  const config = layer.config as Config;
  const forward = config.layer as unknown as Layer;
  const { goBackwards } = forward.config as SequenceConfig;
  // One that comes from a file has its name from here.
  const base = (forward.name ?? forward.className.toLowerCase()).replace(/^forward_/, '');
  const name = `backward_${base}`;
  const backward = (config.backwardLayer as unknown as Layer | null) ?? forward.like({ ...forward.config, goBackwards: !goBackwards, name } as never);
  forward.name ??= `forward_${base}`;
  const pair: [Layer, Layer] = [forward, backward as Layer];
  pairs.set(layer, pair);
  return pair;
}

const MERGES: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  concat: (a, b) => ops.concat([a, b]),
  sum: (a, b) => ops.add(a, b),
  mul: (a, b) => ops.mul(a, b),
  ave: (a, b) => scale(ops.add(a, b), 0.5),
};

/** Steps in the other order. */
function reversed(x: Tensor): Tensor {
  const [batch = 1, steps = 1, width = 1] = x.shape;
  const parts = Array.from({ length: steps }, (_, t) => ops.slice(x, { begin: [0, steps - 1 - t, 0], size: [batch, 1, width], stride: [1, 1, 1] }));
  return ops.concat(parts, { axis: 1 });
}

const definition: LayerDefinition<Config> = {
  className: 'Bidirectional',
  defaults: { layer: REQUIRED, mergeMode: 'concat', backwardLayer: null },
  check({ layer, mergeMode }, name) {
    if (!(layer instanceof Layer) || !('goBackwards' in layer.config)) throw new ConfigError(`${name}: needs a recurrent layer`, { layer: name });
    if (mergeMode !== null && !(mergeMode in MERGES))
      throw new ConfigError(`${name}: mergeMode must be one of ${Object.keys(MERGES).join(', ')} or null, received ${mergeMode}`, { layer: name, received: mergeMode });
  },
  sublayers: (_, layer) => directions(layer),
  mask: ((config: Config, scope: Scope<never>, ...inputs: Tensor[]) => sequenceMask(config.layer.config as { returnSequences: boolean }, scope, ...inputs)) as never,
  call(scope, x, ...states) {
    const [forward, backward] = directions(scope.layer);
    const { returnSequences, returnState } = forward.config as Required<SequenceConfig>;
    const half = states.length / 2;
    const [a, ...after] = forward.trace(scope.trace, [x, ...states.slice(0, half)]);
    const [b, ...before] = backward.trace(scope.trace, [x, ...states.slice(half)]);
    const second = returnSequences ? reversed(b as Tensor) : (b as Tensor);
    const { mergeMode } = scope.config;
    const merged = mergeMode === null ? [a as Tensor, second] : [(MERGES[mergeMode] as (a: Tensor, b: Tensor) => Tensor)(a as Tensor, second)];
    return returnState ? [...merged, ...after, ...before] : merged;
  },
};

/**
 * A recurrent layer in both directions. Keras's Bidirectional (Schuster and Paliwal 1997).
 * @example
 * sequential([layers.bidirectional({ layer: layers.lstm({ units: 8 }), inputShape: [10, 4] }), layers.dense({ units: 1 })]);
 */
export const bidirectional = factory<BidirectionalConfig, Unknown>(definition);
