// The registries whose entries files name, and how an entry is told.
import { activations } from '../activations/index.js';
import { constraints } from '../constraints/index.js';
import { initializers } from '../initializers/index.js';
import { losses } from '../losses/index.js';
import { metrics } from '../metrics/index.js';
import { optimizers } from '../optimizers/index.js';
import { regularizers } from '../regularizers/index.js';
import { schedules } from '../schedules/index.js';

export const KINDS = {
  activation: activations,
  initializer: initializers,
  regularizer: regularizers,
  constraint: constraints,
  loss: losses,
  metric: metrics,
  optimizer: optimizers,
  schedule: schedules,
} as const;
export type Kind = keyof typeof KINDS;
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}
