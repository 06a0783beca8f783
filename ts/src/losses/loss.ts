import { checkKeys } from '../core/errors.js';
import type { Program } from '../core/program.js';
import type { Tensor } from '../core/tensor.js';

/** How labels must come: whole numbers of classes, or numbers of the prediction's shape. */
export type Labels = 'classes' | 'values';

/** What becomes of the losses of the rows. */
export type Reduction = 'sumOverBatchSize' | 'sum' | 'none';

/** Options of every loss. */
export interface LossOptions {
  /** 'sumOverBatchSize' (the mean) by default, or 'sum'. */
  readonly reduction?: 'sumOverBatchSize' | 'sum';
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
  readonly reduction: 'sumOverBatchSize' | 'sum';
  /** How it wants the labels. */
  readonly labels: Labels;
  /** Losses of shape [batch, …] from labels and predictions. */
  readonly call: (truth: Tensor, prediction: Tensor, program: Program) => Tensor;
}

/** Makes the factory of a loss. */
export function defineLoss<C extends object>(
  name: string,
  defaults: Required<C>,
  labels: Labels,
  call: (truth: Tensor, prediction: Tensor, config: Required<C>, program: Program) => Tensor,
): (config?: C & LossOptions) => Loss {
  return (config = {} as C & LossOptions) => {
    checkKeys(name, config, [...Object.keys(defaults), 'reduction', 'name']);
    const full = { ...defaults, ...config } as Required<C> & LossOptions;
    return {
      name: full.name ?? name,
      config: full as Loss['config'],
      reduction: full.reduction ?? 'sumOverBatchSize',
      labels,
      call: (truth, prediction, program) => call(truth, prediction, full, program),
    };
  };
}
