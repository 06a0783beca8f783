import type { ConstraintLike } from '../constraints/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { alongside, axesOf, divided, moments } from './normalize.js';
import type { Same } from './shapes.js';

export interface GroupNormalizationConfig extends LayerOptions {
  /** Groups of channels; −1: each channel alone. Default 32. */
  readonly groups?: number;
  /** Axis of the channels. Default −1. */
  readonly axis?: number;
  /** Default 1e-3. */
  readonly epsilon?: number;
  /** Default true. */
  readonly center?: boolean;
  /** Default true. */
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

const definition: LayerDefinition<Resolved<GroupNormalizationConfig>> = {
  className: 'GroupNormalization',
  defaults: {
    groups: 32,
    axis: -1,
    epsilon: 1e-3,
    center: true,
    scale: true,
    betaInitializer: 'zeros',
    gammaInitializer: 'ones',
    betaRegularizer: null,
    betaConstraint: null,
    gammaRegularizer: null,
    gammaConstraint: null,
  },
  call(scope, x) {
    const c = scope.config;
    const [axis = 1] = axesOf(c.axis, x.shape.length, scope.path);
    const channels = x.shape[axis] as number;
    const groups = c.groups === -1 ? channels : c.groups;
    if (channels % groups !== 0) throw new ConfigError(`${scope.path}: ${groups} groups don't divide ${channels} channels`, { layer: scope.path, expected: channels, received: groups });
    // The axis of channels becomes two: groups, and channels of a group.
    const split = ops.reshape(x, { shape: [...x.shape.slice(0, axis), groups, channels / groups, ...x.shape.slice(axis + 1)] });
    const others = split.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
    const { centered, variance } = moments(split, others);
    let y = ops.reshape(divided(centered, variance, c.epsilon), { shape: x.shape });
    if (c.scale) y = ops.mul(y, alongside(scope.weight('gamma', [channels], { initializer: c.gammaInitializer, regularizer: c.gammaRegularizer, constraint: c.gammaConstraint }), [axis], x));
    if (c.center) y = ops.add(y, alongside(scope.weight('beta', [channels], { initializer: c.betaInitializer, regularizer: c.betaRegularizer, constraint: c.betaConstraint }), [axis], x));
    return y;
  },
};

/**
 * Normalises groups of channels of each row. Shape and mask pass. Weights: gamma, beta. Keras's GroupNormalization (Wu and He 2018).
 * @example
 * sequential([layers.groupNormalization({ groups: 2, inputShape: [8, 4] })]);
 */
export const groupNormalization = optional<GroupNormalizationConfig, Same>(definition);
