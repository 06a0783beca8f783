// One entry per constraint: what a weight keeps to after each step. The arithmetic is in the engine.
import { ConfigError, checkKeys, resolve } from '../core/errors.js';

/** A constraint on a weight. */
export interface Constraint {
  /** Its name in the registry. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Its code in the engine. */
  readonly constraint: number;
  /** Its arguments in the engine's order. */
  readonly args: readonly number[];
}

/** Options of constraints on norms. */
export interface NormAxes {
  /** Axes of the weight over which norms are taken. Default 0, the inputs of a dense kernel; [0, 1, 2] for kernels of `conv2d`. */
  readonly axis?: number | readonly number[];
}
/** Options of `maxNorm`. */
export interface MaxNormOptions extends NormAxes {
  /** Default 2. */
  readonly maxValue?: number;
}
/** Options of `minMaxNorm`. */
export interface MinMaxNormOptions extends NormAxes {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** Share of the way to the range that each step goes. Default 1. */
  readonly rate?: number;
}

const [MAX_NORM, MIN_MAX_NORM, NON_NEG, UNIT_NORM] = [0, 1, 2, 3];

function made<C extends object>(name: string, constraint: number, defaults: C, options: Partial<C>, args: (config: C) => readonly number[]): Constraint {
  checkKeys(name, options, Object.keys(defaults));
  const config = { ...defaults, ...options };
  const numbers = args(config);
  if (!numbers.every((x) => x >= 0)) throw new ConfigError(`${name}: limits must be numbers from 0 up, received ${numbers.join(', ')}`, { received: numbers });
  return { name, config: config as Constraint['config'], constraint, args: numbers };
}

/** Factories of constraints, with the defaults of Keras 3. */
export const constraints = {
  /** Norms above `maxValue` become it. */
  maxNorm(options: MaxNormOptions = {}): Constraint {
    return made('maxNorm', MAX_NORM, { maxValue: 2, axis: 0 } as Required<MaxNormOptions>, options, (c) => [c.maxValue]);
  },
  /** Norms go into the range from `minValue` to `maxValue`, by the share `rate` of the way. */
  minMaxNorm(options: MinMaxNormOptions = {}): Constraint {
    return made('minMaxNorm', MIN_MAX_NORM, { minValue: 0, maxValue: 1, rate: 1, axis: 0 } as Required<MinMaxNormOptions>, options, (c) => [c.minValue, c.maxValue, c.rate]);
  },
  /** Numbers below 0 become 0. */
  nonNeg(options: Record<string, never> = {}): Constraint {
    return made('nonNeg', NON_NEG, {}, options, () => []);
  },
  /** Norms become 1. */
  unitNorm(options: NormAxes = {}): Constraint {
    return made('unitNorm', UNIT_NORM, { axis: 0 } as Required<NormAxes>, options, () => []);
  },
};

/** Names of all constraints. */
export type ConstraintName = keyof typeof constraints;
/** A constraint by name or made by its factory. */
export type ConstraintLike = ConstraintName | Constraint;

export function constraint(given: ConstraintLike): Constraint {
  return resolve('constraint', constraints as Readonly<Record<string, () => Constraint>>, given, (x) => typeof x.constraint === 'number');
}

/** The axes of a constraint as bits, for a weight of `rank` axes. */
export function axisBits({ name, config }: Constraint, rank: number, path: string): number {
  const given = (config.axis ?? []) as number | readonly number[];
  return (typeof given === 'number' ? [given] : given).reduce((bits, axis) => {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw new ConfigError(`${path}: ${name} has the axis ${axis}, and the weight ${rank} axes`, { layer: path, received: axis });
    return bits | (1 << (axis < 0 ? axis + rank : axis));
  }, 0);
}
