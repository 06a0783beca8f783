import { Words } from '../core/bytes.js';
import { ConfigError, checkKeys } from '../core/errors.js';
import type { Schedule } from '../schedules/index.js';

/** Options of every optimizer. At most one of the three clips may be given. */
export interface OptimizerOptions {
  /** A number, settable while training, or a schedule. */
  readonly learningRate?: number | Schedule;
  /** Before the update, `w -= w · weightDecay · learningRate`. Default null. */
  readonly weightDecay?: number | null;
  /** Largest norm of the gradient of each weight. Default null. */
  readonly clipnorm?: number | null;
  /** Largest norm of all gradients together. Default null. */
  readonly globalClipnorm?: number | null;
  /** Largest absolute value of each number of a gradient. Default null. */
  readonly clipvalue?: number | null;
  /** Whether a running average of the weights is kept; it becomes the weights at the end of `fit`. Default false. */
  readonly useEma?: boolean;
  /** Share of the old average that a step keeps. Default 0.99. */
  readonly emaMomentum?: number;
  /** Steps after which the average becomes the weights. Default null: only at the end of `fit`. */
  readonly emaOverwriteFrequency?: number | null;
  /** Batches whose gradients are averaged for one update of the weights. Default null. */
  readonly gradientAccumulationSteps?: number | null;
  /** The loss is multiplied and its gradients are divided by it. Default null. */
  readonly lossScaleFactor?: number | null;
  /** Weights with a path that contains one of these don't decay, such as 'bias'. Default none. */
  readonly excludeFromWeightDecay?: readonly string[];
}

/** An optimizer with its options; its arithmetic is in the engine. */
export interface Optimizer {
  /** Its name in the registry. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A number or a schedule. */
  readonly learningRate: number | Schedule;
  /** What losses are multiplied with before the backward pass. */
  readonly lossScale: number;
  /** Numbers kept per trained number. */
  readonly slots: readonly string[];
  /** The engine's words for all of it, for weights of these paths. */
  readonly settings: (paths: readonly string[]) => Uint32Array;
}

const CONSTANT = 0;
const BASE = [
  'learningRate',
  'weightDecay',
  'clipnorm',
  'globalClipnorm',
  'clipvalue',
  'useEma',
  'emaMomentum',
  'emaOverwriteFrequency',
  'gradientAccumulationSteps',
  'lossScaleFactor',
  'excludeFromWeightDecay',
];

/** Name of the slot that holds the running average of the weights. */
export const AVERAGE = 'average';

/** Refuses numbers of steps, momenta and factors that make no sense. */
function check(config: OptimizerOptions, name: string): void {
  const refuse = (key: keyof OptimizerOptions, what: string) => {
    throw new ConfigError(`${name}: ${key} must be ${what}, received ${String(config[key])}`, { received: config[key] });
  };
  for (const key of ['emaOverwriteFrequency', 'gradientAccumulationSteps'] as const) {
    const given = config[key] ?? 1;
    if (!Number.isInteger(given) || given < 1 || given > 2 ** 31) refuse(key, 'a whole number above 0');
  }
  const { emaMomentum = 0, lossScaleFactor } = config;
  if (!(emaMomentum >= 0 && emaMomentum <= 1)) refuse('emaMomentum', 'a number from 0 to 1');
  if (lossScaleFactor != null && !(lossScaleFactor > 0 && lossScaleFactor < Infinity)) refuse('lossScaleFactor', 'a number above 0');
}

function clip(config: OptimizerOptions, name: string): [kind: number, limit: number] {
  const given = [config.clipvalue, config.clipnorm, config.globalClipnorm];
  if (given.filter((limit) => limit != null).length > 1) throw new ConfigError(`${name}: only one of clipvalue, clipnorm and globalClipnorm may be given`);
  const kind = given.findIndex((limit) => limit != null);
  const limit = kind < 0 ? 0 : (given[kind] as number);
  if (kind >= 0 && !(limit > 0)) throw new ConfigError(`${name}: a clip must be above 0, received ${limit}`, { received: limit });
  return [kind + 1, limit];
}

interface Definition<C> {
  readonly name: string;
  /** Code in the engine. */
  readonly code: number;
  readonly defaults: Required<C> & OptimizerOptions;
  /** The engine's options, in its order. */
  readonly options: (config: Required<C>) => readonly number[];
  readonly slots: (config: Required<C>) => readonly string[];
}

/** Makes the factory of an optimizer. */
export function defineOptimizer<C extends object>({ name, code, defaults, options, slots }: Definition<C>): (config?: C & OptimizerOptions) => Optimizer {
  return (given = {} as C & OptimizerOptions) => {
    checkKeys(name, given, [...Object.keys(defaults), ...BASE]);
    const config = { ...defaults, ...given } as Required<C> & OptimizerOptions;
    const learningRate = config.learningRate ?? 0.001;
    if (typeof learningRate === 'number' && !(learningRate >= 0 && learningRate < Infinity)) {
      throw new ConfigError(`${name}: learningRate must be a number from 0 up, received ${learningRate}`, { received: learningRate });
    }
    check(config, name);
    const [kind, limit] = clip(config, name);
    const lossScale = config.lossScaleFactor ?? 1;
    const accumulated = config.gradientAccumulationSteps ?? 1;
    const settings = (paths: readonly string[]) => {
      const numbers = options(config);
      const w = new Words().u32(code, numbers.length).f32(...numbers, config.weightDecay ?? 0);
      w.u32(kind).f32(limit, lossScale).u32(accumulated);
      w.u32(Number(config.useEma ?? false))
        .f32(config.emaMomentum ?? 0.99)
        .u32(config.emaOverwriteFrequency ?? 0);
      w.list(paths.flatMap((path, i) => (config.excludeFromWeightDecay?.some((part) => path.includes(part)) ? [i] : [])));
      const [schedule, args] = typeof learningRate === 'number' ? [CONSTANT, [learningRate]] : [learningRate.code, learningRate.args];
      return w
        .u32(schedule, args.length)
        .f32(...args)
        .words();
    };
    return {
      name,
      config: config as Optimizer['config'],
      learningRate,
      lossScale,
      slots: [...slots(config), ...(accumulated > 1 ? ['gradientSum'] : []), ...(config.useEma ? [AVERAGE] : [])],
      settings,
    };
  };
}
