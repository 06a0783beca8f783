// One entry per initializer: a distribution of the engine and its parameters, from the shape of the weight.
import { ConfigError, checkKeys, resolve, show } from '../core/errors.js';

type Dims = readonly number[];
/** A distribution of the engine. */
export interface Distribution {
  /** Code in the engine. */
  readonly kind: number;
  /** Its arguments in the engine's order. */
  readonly args: readonly number[];
}

/** How a weight gets its first values. */
export interface Initializer {
  /** Its name in the registry. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The distribution for a weight of this shape. */
  readonly distribution: (shape: readonly number[]) => Distribution;
}

const [CONSTANT, UNIFORM, NORMAL, TRUNCATED_NORMAL, ORTHOGONAL, IDENTITY] = [0, 1, 2, 3, 4, 5];
/** Standard deviation of a standard normal cut at ±2. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/** Numbers of inputs and outputs of a unit; windows of convolutions count on both sides. */
export function fans(shape: Dims): [fanIn: number, fanOut: number] {
  const [first = 1] = shape;
  if (shape.length < 2) return [first, first];
  const window = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return [window * (shape.at(-2) as number), window * (shape.at(-1) as number)];
}

/** Seed of one weight, apart from that of the model. */
export interface Seeded {
  /** Fixes the values whatever the model's seed is. Default: the model's seed and the weight's path decide. */
  seed?: number;
}
/** Options of `constant`. */
export interface ConstantOptions {
  /** Default 0. */
  value?: number;
}
/** Options of normal distributions. */
export interface NormalOptions extends Seeded {
  /** Default 0. */
  mean?: number;
  /** Default 0.05. */
  stddev?: number;
}
/** Options of `randomUniform`. */
export interface UniformOptions extends Seeded {
  /** Default −0.05. */
  minval?: number;
  /** Default 0.05. */
  maxval?: number;
}
/** Options of `orthogonal` and `identity`. */
export interface GainOptions extends Seeded {
  /** Default 1. */
  gain?: number;
}
/** Options of `varianceScaling`. */
export interface VarianceScalingOptions extends Seeded {
  /** Default 1. */
  scale?: number;
  /** Default 'fanIn'. */
  mode?: 'fanIn' | 'fanOut' | 'fanAvg';
  /** Default 'truncatedNormal'. */
  distribution?: 'truncatedNormal' | 'untruncatedNormal' | 'uniform';
}

function define<C extends object>(name: string, defaults: Required<Omit<C, 'seed'>>, distribution: (config: Required<C>, shape: Dims) => Distribution) {
  return (config: C = {} as C): Initializer => {
    checkKeys(name, config, [...Object.keys(defaults), 'seed']);
    const full = { ...defaults, ...config } as unknown as Required<C>;
    return { name, config: full as Readonly<Record<string, unknown>>, distribution: (shape) => distribution(full, shape) };
  };
}

function scaled({ scale, mode, distribution }: Required<Omit<VarianceScalingOptions, 'seed'>>, shape: Dims): Distribution {
  const [fanIn, fanOut] = fans(shape);
  const fan = mode === 'fanIn' ? fanIn : mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
  const variance = scale / Math.max(1, fan);
  if (distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance);
    return { kind: UNIFORM as number, args: [-limit, limit] };
  }
  if (distribution === 'truncatedNormal') return { kind: TRUNCATED_NORMAL as number, args: [0, Math.sqrt(variance) / TRUNCATED_STDDEV] };
  return { kind: NORMAL as number, args: [0, Math.sqrt(variance)] };
}

const scaling = (name: string, scale: number, mode: 'fanIn' | 'fanAvg', distribution: 'truncatedNormal' | 'uniform') =>
  define<Seeded>(name, {}, (_, shape) => scaled({ scale, mode, distribution }, shape));

const constantly = (name: string, value: number) => define<Seeded>(name, {}, () => ({ kind: CONSTANT as number, args: [value] }));

/** Initializers by their names, with the defaults of Keras 3. */
export const initializers = {
  /** All 0. */
  zeros: constantly('zeros', 0),
  /** All 1. */
  ones: constantly('ones', 1),
  /** All one value. */
  constant: define<ConstantOptions>('constant', { value: 0 }, ({ value }) => ({ kind: CONSTANT as number, args: [value] })),
  /** Evenly between two bounds. */
  randomUniform: define<UniformOptions>('randomUniform', { minval: -0.05, maxval: 0.05 }, ({ minval, maxval }) => ({ kind: UNIFORM as number, args: [minval, maxval] })),
  /** Normal. */
  randomNormal: define<NormalOptions>('randomNormal', { mean: 0, stddev: 0.05 }, ({ mean, stddev }) => ({ kind: NORMAL as number, args: [mean, stddev] })),
  /** Normal, values beyond two standard deviations drawn again. */
  truncatedNormal: define<NormalOptions>('truncatedNormal', { mean: 0, stddev: 0.05 }, ({ mean, stddev }) => ({ kind: TRUNCATED_NORMAL as number, args: [mean, stddev] })),
  /** A variance that depends on the number of inputs or outputs. */
  varianceScaling: define<VarianceScalingOptions>('varianceScaling', { scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' }, scaled),
  /** Uniform with variance 2/(fanIn + fanOut) (Glorot and Bengio 2010). */
  glorotUniform: scaling('glorotUniform', 1, 'fanAvg', 'uniform'),
  /** Truncated normal with variance 2/(fanIn + fanOut). */
  glorotNormal: scaling('glorotNormal', 1, 'fanAvg', 'truncatedNormal'),
  /** Uniform with variance 2/fanIn (He and others 2015). */
  heUniform: scaling('heUniform', 2, 'fanIn', 'uniform'),
  /** Truncated normal with variance 2/fanIn. */
  heNormal: scaling('heNormal', 2, 'fanIn', 'truncatedNormal'),
  /** Uniform with variance 1/fanIn (LeCun and others 1998). */
  lecunUniform: scaling('lecunUniform', 1, 'fanIn', 'uniform'),
  /** Truncated normal with variance 1/fanIn. */
  lecunNormal: scaling('lecunNormal', 1, 'fanIn', 'truncatedNormal'),
  /** A matrix with orthonormal rows or columns; leading axes are flattened (Saxe and others 2013). */
  orthogonal: define<GainOptions>('orthogonal', { gain: 1 }, ({ gain }, shape) => {
    if (shape.length < 2) throw new ConfigError(`orthogonal: needs a weight of at least two axes, received ${show(shape)}`, { received: shape });
    return { kind: ORTHOGONAL as number, args: [gain] };
  }),
  /** The identity matrix. */
  identity: define<GainOptions>('identity', { gain: 1 }, ({ gain }, shape) => {
    if (shape.length !== 2) throw new ConfigError(`identity: needs a weight of two axes, received ${show(shape)}`, { received: shape });
    return { kind: IDENTITY as number, args: [gain] };
  }),
};

/** Names of all initializers. */
export type InitializerName = keyof typeof initializers;

/** An initializer by name or made by its factory. */
export type InitializerLike = InitializerName | Initializer;

export function initializer(given: InitializerLike): Initializer {
  return resolve('initializer', initializers as Readonly<Record<string, () => Initializer>>, given, (x) => typeof x.distribution === 'function');
}
