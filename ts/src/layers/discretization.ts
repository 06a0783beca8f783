import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { float, int } from '../core/values.js';
import type { NDArray } from '../data/ndarray.js';
import { Adaptable, type State } from './adaptable.js';
import { checkMode, ENCODINGS, type Encoding, encoded } from './category_encoding.js';
import type { Dims, Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface DiscretizationConfig extends LayerOptions {
  /** Where ranges begin, rising: n of them make n + 1 ranges. This, or numBins and `adapt`. */
  readonly binBoundaries?: readonly number[] | null;
  /** Ranges that `adapt` finds, with about as many numbers in each. */
  readonly numBins?: number | null;
  /** Shares of the data smaller than this may be missed by `adapt`. Default 0.01. */
  readonly epsilon?: number;
  /** 'int': the range's number; or columns, as categoryEncoding makes them. Default 'int'. */
  readonly outputMode?: Encoding;
}
type Config = Resolved<DiscretizationConfig>;

const ranges = ({ binBoundaries, numBins }: Config): number => (binBoundaries ? binBoundaries.length + 1 : (numBins as number));

const definition: LayerDefinition<Config> = {
  className: 'Discretization',
  defaults: { binBoundaries: null, numBins: null, epsilon: 0.01, outputMode: 'int' },
  check({ binBoundaries, numBins, epsilon, outputMode }, name) {
    if ((binBoundaries === null) === (numBins === null)) throw new ConfigError(`${name}: give either binBoundaries, or numBins and call adapt`, { layer: name });
    if (binBoundaries?.some((b, i) => !(b > (binBoundaries[i - 1] ?? -Infinity))))
      throw new ConfigError(`${name}: binBoundaries must rise, received ${binBoundaries.join(', ')}`, { layer: name, received: binBoundaries });
    if (numBins !== null && (!Number.isInteger(numBins) || numBins < 2))
      throw new ConfigError(`${name}: numBins must be a whole number above 1, received ${numBins}`, { layer: name, received: numBins });
    if (!(epsilon > 0 && epsilon < 1)) throw new ConfigError(`${name}: epsilon must be between 0 and 1, received ${epsilon}`, { layer: name, received: epsilon });
    checkMode(outputMode, name, ENCODINGS);
  },
  call(scope, x) {
    const count = ranges(scope.config);
    const boundaries = count > 1 ? scope.weight('boundaries', [count - 1], { initializer: 'zeros', trainable: false }) : null;
    const column = ops.reshape(float(x), { shape: [...x.shape, 1] });
    const above = boundaries ? ops.sum(ops.greaterEqual(column, boundaries), { axes: [x.shape.length] }) : ops.mul(float(x), ops.constant(x.tracer, { shape: [], dtype: 'float32', value: 0 }));
    return encoded(int(above), count, scope.config.outputMode);
  },
  mask: null,
};

/** y at x on the line through points with rising x; flat outside. */
function interpolated(x: number, xs: ArrayLike<number>, ys: ArrayLike<number>): number {
  let i = 0;
  while (i < xs.length && (xs[i] as number) < x) i++;
  if (i === 0 || i === xs.length) return ys[Math.min(i, xs.length - 1)] as number;
  const [x0, x1, y0, y1] = [xs[i - 1] as number, xs[i] as number, ys[i - 1] as number, ys[i] as number];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

/** Boundaries at equal shares of the sorted data, of which every `epsilon` part is looked at. */
function quantiles({ data }: NDArray, config: Config, name: string): State {
  const { numBins, epsilon } = config;
  if (numBins === null) throw new ConfigError(`${name}: has its binBoundaries; adapt is for numBins`, { layer: name });
  const sorted = Float64Array.from(data).sort();
  const increment = sorted.length * epsilon;
  const step = Math.trunc(Math.max(increment, 1));
  const seen = sorted.filter((_, i) => i >= Math.trunc(increment) && (i - Math.trunc(increment)) % step === 0);
  const shares = seen.map((_, i) => (i + 1) / seen.length);
  const found = Array.from({ length: numBins - 1 }, (_, i) => interpolated((i + 1) / numBins, shares, seen));
  return { boundaries: () => Float32Array.from(found) };
}

/**
 * Numbers as the ranges that they lie in: [-∞, b₀), [b₀, b₁) … [bₙ, ∞). Ranges are given, or found by `adapt` so that each has about
 * as many numbers. Answers int32 of the same shape, or columns. Keras's Discretization.
 * @throws {ConfigError} unless either binBoundaries or numBins is given.
 * @example
 * const ages = layers.discretization({ binBoundaries: [18, 65], outputMode: 'oneHot', inputShape: [1] });
 * const model = sequential([ages, layers.dense({ units: 1 })]);
 */
export function discretization<const I extends Dims = undefined>(config: DiscretizationConfig & { readonly inputShape?: I }): Adaptable<Unknown, I, Config> {
  const { binBoundaries } = config;
  return new Adaptable<Unknown, I, Config>(definition, config as never, quantiles, binBoundaries ? { boundaries: () => Float32Array.from(binBoundaries) } : undefined);
}
