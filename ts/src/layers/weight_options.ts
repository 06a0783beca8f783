// Options that layers with weights share: how a weight begins, what it adds to the loss, what it keeps to.
import type { ConstraintLike } from '../constraints/index.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import type { WeightOptions } from './layer.js';

/** Options of a layer's kernel. */
export interface KernelOptions {
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerLike;
  /** Default none. */
  readonly kernelRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly kernelConstraint?: ConstraintLike | null;
}

/** Options of a layer's bias. */
export interface BiasOptions {
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerLike;
  /** Default none. */
  readonly biasRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly biasConstraint?: ConstraintLike | null;
}

/** Options of the factor and the shift behind a normalisation. */
export interface AffineOptions {
  /** Whether there is a beta. Default true. */
  readonly center?: boolean;
  /** Whether there is a gamma. Default true. */
  readonly scale?: boolean;
  /** Default 'zeros'. */
  readonly betaInitializer?: InitializerLike;
  /** Default 'ones'. */
  readonly gammaInitializer?: InitializerLike;
  /** Default none. */
  readonly betaRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly betaConstraint?: ConstraintLike | null;
  /** Default none. */
  readonly gammaRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly gammaConstraint?: ConstraintLike | null;
}

// Functions, because bundlers keep objects that spread others.
/** Defaults with those of a kernel and a bias. */
/* @__NO_SIDE_EFFECTS__ */
export function withKernel<O extends object>(own: O): O & Required<KernelOptions & BiasOptions> {
  return { ...own, kernelInitializer: 'glorotUniform', kernelRegularizer: null, kernelConstraint: null, biasInitializer: 'zeros', biasRegularizer: null, biasConstraint: null };
}
/** Defaults with those of gamma and beta. */
/* @__NO_SIDE_EFFECTS__ */
export function withAffine<O extends object>(own: O): O & Required<AffineOptions> {
  const none = { betaRegularizer: null, betaConstraint: null, gammaRegularizer: null, gammaConstraint: null };
  return { ...own, center: true, scale: true, betaInitializer: 'zeros', gammaInitializer: 'ones', ...none };
}

type OptionsOf<N extends string> = Readonly<Record<`${N}Initializer`, InitializerLike> & Record<`${N}Regularizer`, RegularizerLike | null> & Record<`${N}Constraint`, ConstraintLike | null>>;

/** The options of one weight, which begin with its name. */
export function optionsOf<const N extends string>(config: OptionsOf<NoInfer<N>>, name: N): WeightOptions {
  const all = config as Readonly<Record<string, unknown>>;
  return { initializer: all[`${name}Initializer`], regularizer: all[`${name}Regularizer`], constraint: all[`${name}Constraint`] } as WeightOptions;
}
