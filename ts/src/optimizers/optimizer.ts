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
}

/** An optimizer with its options; its arithmetic is in the engine. */
export interface Optimizer {
  /** Its name in the registry. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A number or a schedule. */
  readonly learningRate: number | Schedule;
  /** Numbers kept per trained number. */
  readonly slots: readonly string[];
  /** The engine's words for all of it. */
  readonly settings: () => Uint32Array;
}

const CONSTANT = 0;
const BASE = ['learningRate', 'weightDecay', 'clipnorm', 'globalClipnorm', 'clipvalue'];

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
    const [kind, limit] = clip(config, name);
    const settings = () => {
      const numbers = options(config);
      const w = new Words().u32(code, numbers.length).f32(...numbers, config.weightDecay ?? 0);
      w.u32(kind).f32(limit);
      const [schedule, args] = typeof learningRate === 'number' ? [CONSTANT, [learningRate]] : [learningRate.code, learningRate.args];
      return w
        .u32(schedule, args.length)
        .f32(...args)
        .words();
    };
    return { name, config: config as Optimizer['config'], learningRate, slots: slots(config), settings };
  };
}
