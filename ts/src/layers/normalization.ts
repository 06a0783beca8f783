import { ConfigError, ShapeError, show } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { float, number } from '../core/values.js';
import type { NDArray } from '../data/ndarray.js';
import { Adaptable, type State } from './adaptable.js';
import type { Dims, Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { alongside, axesOf } from './normalize.js';
import type { Same } from './shapes.js';

export interface NormalizationConfig extends LayerOptions {
  /** Axes with a mean and a variance of their own; null for one of each in all. Default −1. */
  readonly axis?: number | readonly number[] | null;
  /** In place of `adapt`: with `variance`, a number or one for each place of the axes. Default none. */
  readonly mean?: number | readonly number[] | null;
  /** Default none. */
  readonly variance?: number | readonly number[] | null;
  /** Whether it goes the other way: from normalized numbers to those before. Default false. */
  readonly invert?: boolean;
}
type Config = Resolved<NormalizationConfig>;

const kept = ({ axis }: Config, rank: number, name: string) => (axis === null ? [] : axesOf(axis, rank, name));

const definition: LayerDefinition<Config> = {
  className: 'Normalization',
  defaults: { axis: -1, mean: null, variance: null, invert: false },
  check({ mean, variance }, name) {
    if ((mean === null) !== (variance === null)) throw new ConfigError(`${name}: give both mean and variance, or neither and call adapt`, { layer: name });
  },
  call(scope, given) {
    const x = float(given);
    const axes = kept(scope.config, x.shape.length, scope.path);
    const shape = axes.length === 0 ? [1] : axes.map((a) => x.shape[a] as number);
    const part = (name: string, initializer: 'zeros' | 'ones') => alongside(scope.weight(name, shape, { initializer, trainable: false }), axes, x);
    const mean = part('mean', 'zeros');
    const variance = part('variance', 'ones');
    const deviation = ops.maximum(ops.sqrt(variance), number(x, 1e-7));
    return scope.config.invert ? ops.add(ops.mul(x, deviation), mean) : ops.div(ops.sub(x, mean), deviation);
  },
};

/** Mean and variance over all axes but those that are kept. */
function moments({ data, shape }: NDArray, config: Config, name: string): State {
  const axes = kept(config, shape.length, name);
  const sizes = axes.map((a) => shape[a] as number);
  const count = sizes.reduce((a, b) => a * b, 1);
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const cell = (i: number) => axes.reduce((at, a, k) => at * (sizes[k] as number) + (Math.floor(i / (strides[a] as number)) % (shape[a] as number)), 0);
  const [mean, variance] = [new Float64Array(count), new Float64Array(count)];
  const share = count / data.length;
  data.forEach((v: number, i: number) => {
    mean[cell(i)] = (mean[cell(i)] as number) + v * share;
  });
  data.forEach((v: number, i: number) => {
    variance[cell(i)] = (variance[cell(i)] as number) + (v - (mean[cell(i)] as number)) ** 2 * share;
  });
  return { mean: fitting(mean), variance: fitting(variance) };
}

/** Numbers for a weight: one for all places, or one each. */
function fitting(values: ArrayLike<number>): State[string] {
  return (shape, name) => {
    const size = shape.reduce((a, b) => a * b, 1);
    if (values.length !== 1 && values.length !== size)
      throw new ShapeError(`${name}: has statistics of ${values.length} places and is called on an input with ${show(shape)}`, { layer: name, expected: values.length, received: size });
    return Float32Array.from({ length: size }, (_, i) => values[values.length === 1 ? 0 : i] as number);
  };
}

const list = (value: number | readonly number[]) => (typeof value === 'number' ? [value] : value);

/**
 * (x − mean) / √variance, with statistics taken from data by `adapt`, or given. Shape and mask pass. Weights: mean and variance, which
 * are not trained. Keras's Normalization.
 * @throws {ConfigError} if only one of mean and variance is given.
 * @example
 * const scaled = layers.normalization({ inputShape: [3] }).adapt([[1, 200, 0.1], [3, 100, 0.3]]);
 * const model = sequential([scaled, layers.dense({ units: 1 })]);
 */
export function normalization<const I extends Dims = undefined>(config: NormalizationConfig & { readonly inputShape?: I } = {}): Adaptable<Same, I, Config> {
  const { mean, variance } = config;
  const given = mean != null && variance != null ? { mean: fitting(list(mean)), variance: fitting(list(variance)) } : undefined;
  return new Adaptable<Same, I, Config>(definition, config as never, moments, given);
}
