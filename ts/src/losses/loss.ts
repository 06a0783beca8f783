import { ConfigError, checkKeys } from '../core/errors.js';
import type { Program } from '../core/program.js';
import type { Tensor } from '../core/tensor.js';

/**
 * How labels must come: whole numbers of classes, one per row or place ('classes'), any whole numbers instead ('ids'), lists of
 * classes ('sequences'), or numbers of the prediction's shape ('values').
 */
export type Labels = 'classes' | 'ids' | 'sequences' | 'values';

/**
 * What becomes of the losses of the rows, times their weights: their sum divided by their number ('sumOverBatchSize', 'mean'),
 * divided by the sum of the weights ('meanWithSampleWeight'), or not divided ('sum').
 */
export type Reduction = 'sumOverBatchSize' | 'mean' | 'meanWithSampleWeight' | 'sum';

/** Options of every loss. */
export interface LossOptions {
  /** 'sumOverBatchSize' (the mean) by default. */
  readonly reduction?: Reduction;
  /** Name in messages. */
  readonly name?: string;
}

/** A loss: a value per row and, for sequences and pictures, per place. */
export interface Loss {
  /** Its name in the registry, or that of the function. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What becomes of the losses of the rows. */
  readonly reduction: Reduction;
  /** How it wants the labels. */
  readonly labels: Labels;
  /** Losses of shape [batch, …], or one for the whole batch, from labels and predictions. */
  readonly call: (truth: Tensor, prediction: Tensor, program: Program) => Tensor;
  /** 1 for losses that count in the mean; by default all. */
  readonly counted?: (losses: Tensor) => Tensor;
}

const REDUCTIONS: readonly Reduction[] = ['sumOverBatchSize', 'mean', 'meanWithSampleWeight', 'sum'];

/** Makes the factory of a loss. */
export function defineLoss<C extends object>(
  name: string,
  defaults: Required<C>,
  labels: Labels,
  call: (truth: Tensor, prediction: Tensor, config: Required<C>, program: Program) => Tensor,
  counted?: (losses: Tensor) => Tensor,
): (config?: C & LossOptions) => Loss {
  return (config = {} as C & LossOptions) => {
    checkKeys(name, config, [...Object.keys(defaults), 'reduction', 'name']);
    const full = { ...defaults, ...config } as Required<C> & LossOptions;
    if (full.reduction !== undefined && !REDUCTIONS.includes(full.reduction)) {
      throw new ConfigError(`${name}: reduction must be one of ${REDUCTIONS.join(', ')}, received ${String(full.reduction)}`, { received: full.reduction });
    }
    return {
      name: full.name ?? name,
      config: full as Loss['config'],
      reduction: full.reduction ?? 'sumOverBatchSize',
      labels,
      call: (truth, prediction, program) => call(truth, prediction, full, program),
      ...(counted && { counted }),
    };
  };
}
