// The registry of losses: one file each, one line each.
import { resolve } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import { binaryCrossentropy } from './binary_crossentropy.js';
import { binaryFocalCrossentropy } from './binary_focal_crossentropy.js';
import { categoricalCrossentropy } from './categorical_crossentropy.js';
import { categoricalFocalCrossentropy } from './categorical_focal_crossentropy.js';
import { categoricalGeneralizedCrossEntropy } from './categorical_generalized_cross_entropy.js';
import { categoricalHinge } from './categorical_hinge.js';
import { circle } from './circle.js';
import { cosineSimilarity } from './cosine_similarity.js';
import { ctc } from './ctc.js';
import { dice } from './dice.js';
import { hinge } from './hinge.js';
import { huber } from './huber.js';
import { klDivergence } from './kl_divergence.js';
import { logCosh } from './log_cosh.js';
import type { Loss } from './loss.js';
import { meanAbsoluteError } from './mean_absolute_error.js';
import { meanAbsolutePercentageError } from './mean_absolute_percentage_error.js';
import { meanSquaredError } from './mean_squared_error.js';
import { meanSquaredLogarithmicError } from './mean_squared_logarithmic_error.js';
import { poisson } from './poisson.js';
import { sparseCategoricalCrossentropy } from './sparse_categorical_crossentropy.js';
import { squaredHinge } from './squared_hinge.js';
import { tversky } from './tversky.js';

/** Losses by their names. */
export const losses = {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  categoricalHinge,
  circle,
  cosineSimilarity,
  ctc,
  dice,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
  tversky,
};

const ALIASES = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
} as const satisfies Record<string, keyof typeof losses>;

/** Names of all losses, and their short names. */
export type LossName = keyof typeof losses | keyof typeof ALIASES;
/** A loss by name, made by its factory, or a function of labels and predictions that answers losses of shape [batch, …]. */
export type LossLike = LossName | Loss | ((truth: Tensor, prediction: Tensor) => Tensor);

export function loss(given: LossLike): Loss {
  if (typeof given === 'function') return { name: given.name || 'custom', config: {}, reduction: 'sumOverBatchSize', labels: 'values', call: given };
  const all: Record<string, () => Loss> = { ...losses };
  for (const [alias, name] of Object.entries(ALIASES)) all[alias] = losses[name];
  return resolve('loss', all, given, (x) => typeof x.call === 'function');
}
export type { Loss, LossOptions } from './loss.js';
